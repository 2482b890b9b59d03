package io.kusionstack.operating.host.rules.plugin;

import io.kusionstack.operating.host.kernel.Key;
import io.kusionstack.operating.host.kernel.Outcome;
import io.kusionstack.operating.host.kernel.Reconciler;
import io.kusionstack.operating.host.model.PodTransitionRule;
import io.kusionstack.operating.host.plan.Actuator;
import io.kusionstack.operating.host.plugins.RulePlugins;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Optional;
import java.util.function.Function;

/**
 * Asks plugins about the Pods that wait for the rules of one PodTransitionRule: one query for each rule, one after the other.
 * The replies go to the admission, which decides about the rule again. No decision waits for this reconciler: a plugin that
 * hangs holds up the rules of the objects that use it, and no other rule.
 *
 * <p>One thread at a time for one rule object, which may block for as long as its plugins do.
 */
public final class PluginQueryReconciler implements Reconciler, AutoCloseable {
    /** After this time the remaining queries wait for the next look, so that a look ends. */
    private static final Duration LONGEST_LOOK = Duration.ofMinutes(1);

    private final PluginQuery.QuerySource source;
    private final RuleWorkers workers;
    private final PluginQueryClient client;
    private final InstantSource clock;

    /**
     * @param source the admission
     * @param objects the cached rule objects, in whose status plugins' memory is stored
     */
    public PluginQueryReconciler(
            PluginQuery.QuerySource source,
            RulePlugins plugins,
            Function<Key, Optional<PodTransitionRule>> objects,
            Actuator actuator,
            InstantSource clock) {
        this.source = source;
        this.workers = new RuleWorkers(plugins);
        this.client = new PluginQueryClient(source, workers, new MemoryStore(objects, actuator), clock);
        this.clock = clock;
    }

    @Override
    public Outcome reconcile(Key key, Instant now) {
        Optional<PluginQuery.QueryBatch> batch = source.batch(key, now);
        if (batch.isEmpty()) {
            workers.close(key);
            client.forget(key);
            return Outcome.done();
        }
        workers.keepOnly(batch.get().spec());
        ask(batch.get(), now.plus(LONGEST_LOOK));
        Instant after = clock.instant();
        return source.batch(key, after)
                .flatMap(PluginQuery.QueryBatch::next)
                .map(next -> Outcome.requeueAfter(until(after, next), "ask"))
                .orElseGet(Outcome::done);
    }

    private void ask(PluginQuery.QueryBatch batch, Instant end) {
        for (PluginQuery query : batch.queries()) {
            if (clock.instant().isBefore(end)) {
                client.ask(query);
            }
        }
    }

    private static Duration until(Instant now, Instant next) {
        return next.isAfter(now) ? Duration.between(now, next) : Duration.ZERO;
    }

    /** Closes all workers; to be called after the last look. */
    @Override
    public void close() {
        workers.close();
    }
}
