/**
 * The plugin {@code label-hook}: serves {@code rules[].labelCheck} of a PodTransitionRule. {@link
 * io.kusionstack.operating.plugins.labelhook.LabelHookProvider} is the extension. A Pod passes while its labels match what
 * the rule requires; somebody else sets and takes the labels: a person, a pipeline, a batch controller.
 */
@NullMarked
package io.kusionstack.operating.plugins.labelhook;

import org.jspecify.annotations.NullMarked;
