package io.kusionstack.operating.host.kube.write;

import io.kusionstack.operating.host.plan.Action;
import io.kusionstack.operating.host.plan.Failure;
import io.kusionstack.operating.host.plan.ObjectRef;
import io.kusionstack.operating.host.plan.Refusal;
import io.kusionstack.operating.host.plan.StatusRefusal;
import io.kusionstack.operating.host.plan.Wait;
import io.kusionstack.operating.host.plan.WriteResult;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Which writes of objects did not get through, and the pause until each may be tried again: 1 s, doubling up to a minute,
 * forgotten when one of the kind gets through. While the pause runs nothing is sent, and the earlier answer counts; a
 * refusal for the content ends early when the object changes. The first refusal of a row is told by an event. Pods have
 * {@link Refusals}. Any thread.
 */
final class WritePauses {
    private static final int MOST_REMEMBERED = 4096;
    /** The world may move a few times in a row; after that something else is wrong. */
    private static final int CONFLICTS_AT_ONCE = 3;

    /** The way of the writes of a status. */
    static final String STATUS = "status";

    private static final Duration TOLD = Duration.ofSeconds(30);
    private static final Logger LOG = LoggerFactory.getLogger(WritePauses.class);

    private final InstantSource clock;
    private final Consumer<Action.Announce> events;
    // guarded by this
    private final Map<String, WritePause> byWrite = new LinkedHashMap<>(16, 0.75f, true) {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<String, WritePause> eldest) {
            return size() > MOST_REMEMBERED;
        }
    };

    /** @param refused whether this row has had a refusal, which was told then */
    private record WritePause(Failure failure, long version, int attempts, Instant until, boolean refused) {}

    /** A write: its way, the object, the version it was decided on; 0 where the object is created. */
    record WriteTarget(String way, ObjectRef object, long version) {
        private String key() {
            return way + " " + object + " " + object.uid();
        }
    }

    WritePauses(InstantSource clock, Consumer<Action.Announce> events) {
        this.clock = clock;
        this.events = events;
    }

    /** Sends, unless the pause after an earlier failure still runs. */
    Optional<Failure> unlessPaused(WriteTarget target, Action action, Supplier<Optional<Failure>> write) {
        Optional<Failure> earlier = running(target);
        if (earlier.isPresent()) {
            return earlier.map(known -> new Failure(action, known.result()));
        }
        Optional<Failure> failure = write.get();
        failure.ifPresentOrElse(why -> note(target, why), () -> forget(target));
        return failure;
    }

    private synchronized Optional<Failure> running(WriteTarget target) {
        WritePause pause = byWrite.get(target.key());
        if (pause == null || !clock.instant().isBefore(pause.until)) {
            return Optional.empty();
        }
        boolean holds = switch (pause.failure.result().cause()) {
            case REFUSED, UNDONE -> pause.version == target.version();
            case FORBIDDEN, FAILED, UNKNOWN -> true;
            // what was not sent or not read may be sent whenever there is an occasion; only the asking slows down
            case CONFLICT, BUSY, NOT_SENT -> false;
        };
        return holds ? Optional.of(pause.failure) : Optional.empty();
    }

    private void note(WriteTarget target, Failure failure) {
        boolean isNews;
        synchronized (this) {
            WritePause before = byWrite.get(target.key());
            int attempts = before == null ? 1 : before.attempts + 1;
            Instant until = clock.instant().plus(pause(failure.result().cause(), attempts));
            boolean refused = before != null && before.refused;
            boolean isRefusal = failure.result().isRefusal();
            isNews = isRefusal ? !refused : attempts == CONFLICTS_AT_ONCE;
            byWrite.put(target.key(), new WritePause(failure, target.version(), attempts, until, refused || isRefusal));
        }
        if (isNews) {
            LOG.atWarn()
                    .addKeyValue("cause", failure.sentence())
                    .log("A write does not get through; trying again at growing pauses");
            events.accept(new Action.Announce(
                    target.object(),
                    Action.Severity.WARNING,
                    failure.result().cause().reason().word(),
                    failure.sentence()));
        }
    }

    private static Duration pause(WriteResult.Cause cause, int attempts) {
        if (cause != WriteResult.Cause.CONFLICT) {
            return Refusal.PAUSES.after(attempts);
        }
        return attempts <= CONFLICTS_AT_ONCE ? Duration.ZERO : Refusal.PAUSES.after(attempts - CONFLICTS_AT_ONCE);
    }

    /** The failure that stops a status, until a while after its pause: one that is not written any more is not told for ever. */
    synchronized Optional<StatusRefusal> statusRefusal(ObjectRef object) {
        WritePause pause = byWrite.get(new WriteTarget(STATUS, object, 0).key());
        Instant now = clock.instant();
        return Optional.ofNullable(pause)
                .filter(known -> known.failure.result().isRefusal() && now.isBefore(known.until.plus(TOLD)))
                .map(known -> new StatusRefusal(
                        new Wait(
                                known.failure.result().cause().reason(),
                                STATUS,
                                known.failure.sentence() + "; the numbers of its last status are shown"),
                        Optional.of(known.until).filter(now::isBefore)));
    }

    private synchronized void forget(WriteTarget target) {
        byWrite.remove(target.key());
    }

    /** How long until this may be tried again; zero for what did not fail. */
    synchronized Duration left(WriteTarget target) {
        WritePause pause = byWrite.get(target.key());
        Duration left = pause == null ? Duration.ZERO : Duration.between(clock.instant(), pause.until);
        return left.isNegative() ? Duration.ZERO : left;
    }
}
