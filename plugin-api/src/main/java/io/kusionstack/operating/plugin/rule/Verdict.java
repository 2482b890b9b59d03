package io.kusionstack.operating.plugin.rule;

import java.time.Duration;

/** What a rule says of one Pod. */
public sealed interface Verdict {
    /** This rule has nothing against it. The Pod goes on once every other rule agrees. */
    record Pass() implements Verdict {}

    /**
     * Not now; the host asks again when something about the rule's Pods changes.
     *
     * @param reason CamelCase and stable
     * @param message one sentence, without numbers that change with every Pod
     */
    record Reject(String reason, String message) implements Verdict {}

    /**
     * Not yet; the host asks again after {@code after} at the latest.
     *
     * @param reason CamelCase and stable
     * @param message one sentence, without numbers that change with every Pod
     * @param after at least one second; less counts as one second
     */
    record AskAgain(String reason, String message, Duration after) implements Verdict {}
}
