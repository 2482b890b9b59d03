/**
 * Transition rules: may these Pods go on? {@link io.kusionstack.operating.plugin.rule.TransitionRuleProvider} is the
 * extension point; a {@link io.kusionstack.operating.plugin.rule.TransitionRule} judges.
 */
@NullMarked
package io.kusionstack.operating.plugin.rule;

import org.jspecify.annotations.NullMarked;
