package io.kusionstack.operating.plugin.rule;

/** Judges Pods for one rule object. Keeps no state between calls: after a restart of the host another instance goes on. */
public interface TransitionRule extends AutoCloseable {
    /**
     * Judges all Pods that wait at one stage, together.
     *
     * <p>Called on a thread of the plugin's own, one call at a time for one rule object, whenever a Pod asks, the rule's Pods change, or
     * the time of {@link Verdict#askAgain} has run out. May block until {@code request.deadline()}. An exception, an overrun, or null
     * means that the Pods go on waiting, with a reason that names the plugin. After an overrun the next call waits until this one
     * has returned, and what it wanted to remember is kept. Must answer the same request with the same verdicts: after a crash of
     * the host it is asked again, with the same {@link RuleRequest#key}.
     */
    RuleResponse judge(RuleRequest request);

    /** Called once, after the last call has returned. Must not throw. */
    @Override
    default void close() {}
}
