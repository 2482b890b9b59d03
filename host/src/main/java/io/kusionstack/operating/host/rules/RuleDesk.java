package io.kusionstack.operating.host.rules;

import io.fabric8.kubernetes.api.model.ObjectMeta;
import io.kusionstack.operating.host.kernel.Key;
import io.kusionstack.operating.host.kube.ObjectCache;
import io.kusionstack.operating.host.kube.PodCache;
import io.kusionstack.operating.host.model.CollaSet;
import io.kusionstack.operating.host.model.PodTransitionRule;
import io.kusionstack.operating.host.plan.Judgement;
import io.kusionstack.operating.host.plan.Judgements;
import io.kusionstack.operating.host.plan.PodRecord;
import io.kusionstack.operating.host.plan.Wait;
import io.kusionstack.operating.host.rules.RuleWorld.Workload;
import io.kusionstack.operating.plugin.PodRef;
import io.kusionstack.operating.plugin.Stage;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The door of the rules: answers the lifecycle, at once and from memory, whether a Pod may go on, and holds the slot of
 * every Pod that may until the Pod shows that it left service. Feed it all changes of Pods, rules and workloads.
 *
 * <p>Any thread. {@link #judge} and {@link #settled} take the lock of the Pod's namespace for microseconds; the methods
 * that take changes only note them, so they may be called on a stream's thread.
 */
public final class RuleDesk implements Judgements {
    private final Map<String, NamespaceDesk> desks = new ConcurrentHashMap<>();
    private final RuleWorld world;
    private final Instant grantsFrom;
    private final Consumer<Key> ruleKeys;

    /**
     * @param grantsFrom no slot is given earlier: one request time-out after leadership was won, when nothing that an
     *     earlier leader sent can arrive any more
     * @param ruleKeys takes the rules that have to be looked at; only enqueues
     */
    public RuleDesk(RuleWorld world, Instant grantsFrom, Consumer<Key> ruleKeys) {
        this.world = world;
        this.grantsFrom = grantsFrom;
        this.ruleKeys = ruleKeys;
    }

    @Override
    public Judgement judge(PodRecord pod, String operation, Stage stage, Instant now) {
        return desk(pod.namespace()).judge(pod, operation, stage, now);
    }

    @Override
    public void settled(PodRef pod, Settlement settlement) {
        if (settlement != Settlement.WRITTEN) {
            desk(pod.namespace()).settled(pod, settlement).forEach(ruleKeys);
        }
    }

    /** Why rules hold this Pod; asking takes no slot. Empty for one in no stage, or one that may go on. */
    public List<Wait> waits(PodRecord pod, Instant now) {
        return desk(pod.namespace()).waits(pod, now);
    }

    /** Lets the desk know of every change in these caches, from now on and of what they hold already. */
    public void listenTo(PodCache pods, ObjectCache<PodTransitionRule> rules, ObjectCache<CollaSet> sets) {
        pods.onChange(this::podChanged);
        rules.onChange((before, after) -> {
            ObjectMeta meta =
                    Objects.requireNonNull(after == null ? before : after).getMetadata();
            ruleChanged(new Key(meta.getNamespace(), meta.getName()));
        });
        sets.onChange((before, after) -> {
            if (before == null || after == null || !wants(before).equals(wants(after))) {
                workloadsChanged(Objects.requireNonNull(after == null ? before : after)
                        .getMetadata()
                        .getNamespace());
            }
        });
    }

    /** A Pod came, changed or went. */
    public void podChanged(@Nullable PodRecord before, @Nullable PodRecord after) {
        PodRecord pod = after == null ? before : after;
        if (pod == null) {
            return;
        }
        Roll roll = desk(pod.namespace()).roll();
        roll.podMoved(pod.name());
        boolean alike = before != null && after != null && same(before, after);
        for (RuleSpec spec : roll.published()) {
            boolean same = alike && (!spec.asksPlugins() || looksTheSame(before, after));
            if (!same && (selects(spec, before) || selects(spec, after))) {
                ruleKeys.accept(spec.key());
            }
        }
    }

    /** A rule came, changed or went. */
    public void ruleChanged(Key rule) {
        desk(rule.namespace()).roll().rulesMoved();
        ruleKeys.accept(rule);
    }

    /** A workload of the namespace came, went, or wants another number of Pods. */
    public void workloadsChanged(String namespace) {
        Roll roll = desk(namespace).roll();
        roll.workloadsMoved();
        roll.published().forEach(spec -> ruleKeys.accept(spec.key()));
    }

    NamespaceDesk desk(String namespace) {
        return desks.computeIfAbsent(namespace, name -> new NamespaceDesk(name, world, grantsFrom, ruleKeys));
    }

    private static Optional<Workload> wants(CollaSet set) {
        return set.getMetadata().getDeletionTimestamp() == null
                ? Optional.of(CachedRuleWorld.workload(set))
                : Optional.empty();
    }

    private static boolean looksTheSame(@Nullable PodRecord before, @Nullable PodRecord after) {
        return before != null && after != null && PodViews.of(before).equals(PodViews.of(after));
    }

    /** True if no rule of the host's own can tell the two apart. */
    private static boolean same(PodRecord before, PodRecord after) {
        return before.uid().equals(after.uid())
                && before.labels().equals(after.labels())
                && before.annotations().equals(after.annotations())
                && before.available() == after.available()
                && before.inactive() == after.inactive();
    }

    private static boolean selects(RuleSpec spec, @Nullable PodRecord pod) {
        return pod != null && spec.selects(pod.labels());
    }
}
