package io.kusionstack.operating.host.rules;

import io.kusionstack.operating.host.kernel.Key;
import io.kusionstack.operating.host.kernel.Outcome;
import io.kusionstack.operating.host.kernel.Reconciler;
import io.kusionstack.operating.host.kube.Actuator;
import io.kusionstack.operating.host.plugins.RulePlugins;
import io.kusionstack.operating.host.rules.NamespaceDesk.Inquiry;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * Asks plugins on behalf of one PodTransitionRule: all Pods that wait for one of its rules at once, one question after the
 * other. What they say goes to the desk, as data, and the rule is judged anew. Nobody waits for it: a plugin that hangs
 * holds up the rules of the objects that use it, and no other judgement.
 *
 * <p>One thread at a time for one rule object, which may block for as long as its plugins do.
 */
public final class RuleConsultant implements Reconciler, AutoCloseable {
    /** What is left after so long is asked in the next round: a look has to end. */
    private static final Duration LONGEST_ROUND = Duration.ofMinutes(1);

    private final RuleDesk desk;
    private final RuleWorkers workers;
    private final Interview interview;
    private final Consumer<Key> ruleKeys;
    private final InstantSource clock;

    /** What the consultant works with. */
    public record Parts(RuleDesk desk, RuleWorld world, Actuator actuator, RulePlugins plugins, InstantSource clock) {}

    /** @param ruleKeys takes the rules of whose Pods a plugin said something new; only enqueues */
    public RuleConsultant(Parts parts, Consumer<Key> ruleKeys) {
        this.desk = parts.desk();
        this.workers = new RuleWorkers(parts.plugins());
        this.interview = new Interview(workers, new MemoryStore(parts.world(), parts.actuator()), parts.clock());
        this.ruleKeys = ruleKeys;
        this.clock = parts.clock();
    }

    @Override
    public Outcome reconcile(Key key, Instant now) {
        Optional<Inquiry> inquiry = desk.inquiry(key, now);
        if (inquiry.isEmpty()) {
            workers.close(key);
            interview.forget(key);
            return Outcome.done();
        }
        workers.keepOnly(inquiry.get().spec());
        ask(inquiry.get(), now.plus(LONGEST_ROUND));
        Instant after = clock.instant();
        return desk.inquiry(key, after)
                .flatMap(Inquiry::next)
                .map(next -> Outcome.lookAgain(until(after, next), "ask"))
                .orElseGet(Outcome::done);
    }

    private void ask(Inquiry inquiry, Instant end) {
        for (Question question : inquiry.questions()) {
            if (clock.instant().isBefore(end)) {
                desk.learn(question, interview.ask(question));
                ruleKeys.accept(inquiry.spec().key());
            }
        }
    }

    private static Duration until(Instant now, Instant next) {
        return next.isAfter(now) ? Duration.between(now, next) : Duration.ZERO;
    }

    /** Closes all workers; to be called when nothing is asked any more. */
    @Override
    public void close() {
        workers.close();
    }
}
