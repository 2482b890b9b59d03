/**
 * PodTransitionRules: may a Pod go on to its next stage? {@link io.kusionstack.operating.host.rules.RuleAdmission} answers the
 * lifecycle at once, in memory, and holds the slots it gives; {@link
 * io.kusionstack.operating.host.rules.RuleReconciler} judges those that had to wait and writes the status; {@link
 * io.kusionstack.operating.host.rules.PluginQueryReconciler} asks the plugins that serve rules; all see the cluster through
 * {@link io.kusionstack.operating.host.rules.RuleWorld}.
 *
 * <p>The loop of this room, for one rule object:
 *
 * <pre>
 * observe   RuleIndex, RuleBudget: the Pods that the rules select, counted as they come, change and go
 * consult   PluginQueryReconciler, PluginQueryClient: a PluginQuery (all Pods that wait for one rule, their stage stored on them) goes to
 *           a plugin, outside of every lock; what it wants to remember is stored; its PluginReply goes into VerdictCache
 * decide    AdmissionSnapshots puts Pods, counts and verdicts together, RuleEngine decides: in one pass all Pods of all rules that
 *           share one of them; a slot is taken only where every rule says yes in that pass
 * act       NamespaceRules holds the grants and wakes the Pods that may go; RuleReconciler writes the status
 * </pre>
 *
 * <p>Judging never waits for a plugin: a pass uses the verdicts there are, tells which rules are to be asked, and is made
 * again when a reply is there. A Pod about which no plugin was asked yet waits, so the lifecycle stores its stage, and that
 * brings the question.
 *
 * <p>Any thread may enter by these doors; inside, each namespace has one lock, and deciding ({@code RuleEngine}) is pure.
 * Only the query reconciler blocks.
 */
@NullMarked
package io.kusionstack.operating.host.rules;

import org.jspecify.annotations.NullMarked;
