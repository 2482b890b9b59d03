/**
 * Transition rules: may these Pods go on? {@link io.kusionstack.operating.plugin.rule.TransitionRuleProvider} is the
 * extension point; a {@link io.kusionstack.operating.plugin.rule.TransitionRule} judges.
 *
 * <pre>{@code
 * record ChangeWindowRule(ChangeWindow window) implements TransitionRule {
 *     public RuleResponse judge(RuleRequest request) {
 *         Verdict verdict = window.isOpenAt(request.now())
 *                 ? Verdict.pass()
 *                 : Verdict.askAgain("WindowClosed", "the next change window opens at 22:00", Duration.ofMinutes(5));
 *         Map<PodRef, Verdict> verdicts = new HashMap<>();
 *         request.waiting().forEach(pod -> verdicts.put(pod.ref(), verdict));
 *         return RuleResponse.of(verdicts);
 *     }
 * }
 * }</pre>
 *
 * <p><b>How it grows.</b> What the host hands out ({@code RuleRequest}, {@code WaitingPod}, {@code PodView} and other records) may gain
 * components: read them, and make them in tests by the testkit only. What a plugin hands back ({@code Verdict}, {@code RuleResponse}) is made by
 * static methods, which stay as they are; its constructors may change. Interfaces that a plugin implements gain methods with a default
 * only. A jar that keeps to this loads into every host of the same major version.
 */
@NullMarked
package io.kusionstack.operating.plugin.rule;

import org.jspecify.annotations.NullMarked;
