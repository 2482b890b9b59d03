package io.kusionstack.operating.host.rules.plugin;

import io.kusionstack.operating.host.kernel.Durations;
import io.kusionstack.operating.plugin.rule.Verdict;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;

/**
 * How long the verdict on one Pod counts, and when its plugin is asked again.
 *
 * @param again of a no: when to ask again although nothing has changed
 * @param notBefore of a no: not to be asked about again earlier, whatever changes, because the plugin said so
 * @param validUntil of a yes: how long it counts whatever changes, because the plugin said so
 */
record VerdictTimes(Instant again, Optional<Instant> notBefore, Optional<Instant> validUntil) {
    /** After this time a plugin that said no is asked again, though nothing that the host sees has changed. */
    private static final Duration RESYNC = Duration.ofSeconds(30);

    private static final Duration SOON = Duration.ofSeconds(1);
    private static final Duration LONGEST_VALIDITY = Duration.ofDays(1);

    /** @param verdict empty if the plugin said nothing */
    static VerdictTimes of(Optional<Verdict> verdict, Instant at) {
        return verdict.map(given -> of(given, at)).orElseGet(() -> no(at, RESYNC, Optional.empty()));
    }

    private static VerdictTimes of(Verdict verdict, Instant at) {
        return switch (verdict) {
            case Verdict.Pass yes ->
                new VerdictTimes(
                        at.plus(RESYNC),
                        Optional.empty(),
                        yes.validity()
                                .map(time -> Durations.longer(time, VerdictCache.YES_HOLDS))
                                .map(time -> at.plus(Durations.shorter(time, LONGEST_VALIDITY))));
            case Verdict.Reject no -> no(at, RESYNC, no.pause());
            case Verdict.AskAgain no -> no(at, Durations.longer(no.after(), SOON), no.pause());
        };
    }

    private static VerdictTimes no(Instant at, Duration after, Optional<Duration> pause) {
        return new VerdictTimes(
                at.plus(after), pause.map(time -> at.plus(Durations.shorter(time, after))), Optional.empty());
    }
}
