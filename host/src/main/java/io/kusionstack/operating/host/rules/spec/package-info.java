/**
 * What a PodTransitionRule says: {@link io.kusionstack.operating.host.rules.spec.RuleSpec} is one generation of it, checked,
 * with all its problems at once; {@link io.kusionstack.operating.host.rules.spec.AvailabilityRule} is the arithmetic of
 * {@code availablePolicy}; {@link io.kusionstack.operating.host.rules.spec.SkippedRules} is the annotation by which a Pod
 * skips rules.
 *
 * <p>Values only, pure; any thread. To add a kind of rule, add it to {@code RuleSpec.RuleCheck} and to the parser: the
 * compiler shows the places that have to decide about it.
 */
@NullMarked
package io.kusionstack.operating.host.rules.spec;

import org.jspecify.annotations.NullMarked;
