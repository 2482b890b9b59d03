/**
 * May a Pod go on to its next stage? {@link io.kusionstack.operating.host.rules.admit.RuleAdmission} answers the lifecycle at
 * once, in memory, and holds the slots that it gives; {@link io.kusionstack.operating.host.rules.admit.RuleReconciler} decides
 * about the Pods that had to wait and writes the status; both see the cluster through {@link
 * io.kusionstack.operating.host.rules.admit.RuleWorld}.
 *
 * <p>The loop of this room, for one rule object:
 *
 * <pre>
 * observe   RuleIndex, RuleBudget: the Pods that the rules select, counted as they come, change and go
 * consult   a PluginQuery with all Pods that wait for one rule and whose stage is stored goes to its plugin, outside of
 *           every lock (rules.plugin); the reply enters the VerdictCache
 * decide    AdmissionSnapshots puts Pods, counts and verdicts together, RuleEngine decides: in one pass all Pods of all rules
 *           that share one of them; a slot is taken only where every rule says yes in that pass
 * act       NamespaceRules holds the grants and wakes the Pods that may go; RuleReconciler writes the status
 * </pre>
 *
 * <p>A decision never waits for a plugin: a pass uses the verdicts that are known, names the rules whose plugins are to be
 * asked, and is repeated when a reply arrives. A Pod about which no plugin was asked yet waits, so the lifecycle stores its
 * stage, and that causes the query.
 *
 * <p>Any thread may enter by these doors; inside, each namespace has one lock, and deciding ({@code RuleEngine}) is pure.
 * Nothing blocks.
 */
@NullMarked
package io.kusionstack.operating.host.rules.admit;

import org.jspecify.annotations.NullMarked;
