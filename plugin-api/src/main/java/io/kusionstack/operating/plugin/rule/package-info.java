/**
 * Transition rules: may these Pods go on? {@link io.kusionstack.operating.plugin.rule.TransitionRuleProvider} is the
 * extension point; a {@link io.kusionstack.operating.plugin.rule.TransitionRule} judges.
 *
 * <pre>{@code
 * record ChangeWindowRule(ChangeWindow window) implements TransitionRule {
 *     public RuleResponse judge(RuleRequest request) {
 *         Verdict verdict = window.isOpenAt(request.now())
 *                 ? new Verdict.Pass()
 *                 : new Verdict.AskAgain("WindowClosed", "the next change window opens at 22:00", Duration.ofMinutes(5));
 *         Map<PodRef, Verdict> verdicts = new HashMap<>();
 *         request.waiting().forEach(pod -> verdicts.put(pod, verdict));
 *         return new RuleResponse(verdicts, request.memory());
 *     }
 * }
 * }</pre>
 */
@NullMarked
package io.kusionstack.operating.plugin.rule;

import org.jspecify.annotations.NullMarked;
