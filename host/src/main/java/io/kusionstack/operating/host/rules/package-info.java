/**
 * PodTransitionRules: may a Pod go on to its next stage? {@link io.kusionstack.operating.host.rules.RuleDesk} answers the
 * lifecycle at once, in memory, and holds the slots it gives; {@link
 * io.kusionstack.operating.host.rules.RuleReconciler} judges those that had to wait and writes the status; both see the
 * cluster through {@link io.kusionstack.operating.host.rules.RuleWorld}. Any thread may enter by these doors; inside, each
 * namespace has one lock, and deciding ({@code RuleEngine}) is pure.
 */
@NullMarked
package io.kusionstack.operating.host.rules;

import org.jspecify.annotations.NullMarked;
