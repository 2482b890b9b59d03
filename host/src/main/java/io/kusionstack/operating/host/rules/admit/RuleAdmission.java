package io.kusionstack.operating.host.rules.admit;

import io.fabric8.kubernetes.api.model.ObjectMeta;
import io.kusionstack.operating.host.kernel.Key;
import io.kusionstack.operating.host.kube.cache.ObjectCache;
import io.kusionstack.operating.host.kube.cache.PodCache;
import io.kusionstack.operating.host.model.CollaSet;
import io.kusionstack.operating.host.model.PodTransitionRule;
import io.kusionstack.operating.host.plan.Decision;
import io.kusionstack.operating.host.plan.PodAdmission;
import io.kusionstack.operating.host.plan.PodRecord;
import io.kusionstack.operating.host.plan.Wait;
import io.kusionstack.operating.host.plan.WriteResult;
import io.kusionstack.operating.host.rules.plugin.PluginQuery;
import io.kusionstack.operating.host.rules.plugin.VerdictCache.PluginReply;
import io.kusionstack.operating.plugin.PodRef;
import io.kusionstack.operating.plugin.Stage;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The door of the rules. {@link #tryAdmit} lets a Pod go on and takes its slots, which are held until the Pod shows that it
 * left service; {@link #explain} and {@link #mayStayOut} only tell. All answers come at once and from memory. It has to be
 * told of all changes of Pods, rules and workloads.
 *
 * <p>Any thread. {@link #tryAdmit} and {@link #settled} take the lock of the Pod's namespace for microseconds; the methods
 * that take changes only note them, so they may be called on a stream's thread.
 */
public final class RuleAdmission implements PodAdmission, PluginQuery.QuerySource {
    private final Map<String, NamespaceRules> byNamespace = new ConcurrentHashMap<>();
    private final RuleWorld world;
    private final Instant grantsFrom;
    private final Consumer<Key> ruleKeys;

    /**
     * @param grantsFrom no slot is given earlier: one request time-out after leadership was won, when nothing that an
     *     earlier leader sent can arrive any more
     * @param ruleKeys takes the rules that have to be looked at; only enqueues
     */
    public RuleAdmission(RuleWorld world, Instant grantsFrom, Consumer<Key> ruleKeys) {
        this.world = world;
        this.grantsFrom = grantsFrom;
        this.ruleKeys = ruleKeys;
    }

    @Override
    public Decision tryAdmit(PodRecord pod, String operation, Stage stage, Instant now) {
        NamespaceRules namespaceRules = byNamespace.get(pod.namespace());
        return namespaceRules == null ? new Decision.Admitted() : namespaceRules.tryAdmit(pod, operation, stage, now);
    }

    @Override
    public Decision mayStayOut(PodRecord pod, String operation) {
        NamespaceRules namespaceRules = byNamespace.get(pod.namespace());
        return namespaceRules == null ? new Decision.Admitted() : namespaceRules.mayStayOut(pod);
    }

    @Override
    public void releaseUnused(PodRecord pod) {
        NamespaceRules namespaceRules = byNamespace.get(pod.namespace());
        if (namespaceRules != null) {
            namespaceRules.releaseUnused(pod).forEach(ruleKeys);
        }
    }

    @Override
    public void settled(PodRef pod, WriteResult result) {
        NamespaceRules namespaceRules = byNamespace.get(pod.namespace());
        if (namespaceRules != null) {
            namespaceRules.settled(pod, result).forEach(ruleKeys);
        }
    }

    /** Why rules keep this Pod from going on; takes no slot. Empty if it is in no stage or may go on. */
    public List<Wait> explain(PodRecord pod, Instant now) {
        NamespaceRules namespaceRules = byNamespace.get(pod.namespace());
        return namespaceRules == null ? List.of() : namespaceRules.explain(pod, now);
    }

    /** Listens to these caches: to every later change, and to the objects that they hold already. */
    public void listenTo(PodCache pods, ObjectCache<PodTransitionRule> rules, ObjectCache<CollaSet> sets) {
        pods.onChange(this::podChanged);
        rules.onChange((before, after) -> {
            ObjectMeta meta =
                    Objects.requireNonNull(after == null ? before : after).getMetadata();
            ruleChanged(new Key(meta.getNamespace(), meta.getName()));
        });
        sets.onChange((before, after) -> {
            if (before == null || after == null || !alike(before, after)) {
                workloadsChanged(Objects.requireNonNull(after == null ? before : after)
                        .getMetadata()
                        .getNamespace());
            }
            if (before != null
                    && after != null
                    && !Objects.equals(
                            before.getMetadata().getGeneration(),
                            after.getMetadata().getGeneration())) {
                workloadChanged(
                        after.getMetadata().getNamespace(), after.getMetadata().getUid());
            }
        });
    }

    /** A Pod came, changed or went. */
    public void podChanged(@Nullable PodRecord before, @Nullable PodRecord after) {
        PodRecord pod = after == null ? before : after;
        NamespaceRules namespaceRules = pod == null ? null : byNamespace.get(pod.namespace());
        if (pod == null || namespaceRules == null) {
            return;
        }
        RuleIndex index = namespaceRules.index();
        List<RuleIndex.RuleScope> concerned = index.published().stream()
                .filter(scope -> scope.has(before) || scope.has(after))
                .toList();
        if (concerned.isEmpty() && !index.knows(pod.name())) {
            return;
        }
        index.podMoved(pod.name());
        index.keptBy(pod.name()).forEach(ruleKeys);
        boolean alike = before != null && after != null && same(before, after);
        for (RuleIndex.RuleScope scope : concerned) {
            if (!alike || scope.spec().asksPlugins() && !looksTheSame(before, after)) {
                ruleKeys.accept(scope.spec().key());
            }
        }
    }

    /** A rule came, changed or went. */
    public void ruleChanged(Key rule) {
        byNamespace.compute(rule.namespace(), (namespace, known) -> {
            NamespaceRules namespaceRules =
                    known == null ? new NamespaceRules(namespace, world, grantsFrom, ruleKeys) : known;
            namespaceRules.index().rulesMoved();
            return namespaceRules;
        });
        ruleKeys.accept(rule);
    }

    /**
     * Decides about the Pods that wait for this rule, and reserves the slots of those that pass. If the rule is gone and was
     * the last of its namespace, the namespace is forgotten.
     */
    PassResult admitWaiting(Key rule, Instant now) {
        NamespaceRules namespaceRules = byNamespace.get(rule.namespace());
        if (namespaceRules == null) {
            return new PassResult(Set.of(), Set.of(rule), Optional.empty(), Optional.empty(), Optional.empty());
        }
        PassResult pass = namespaceRules.admitWaiting(rule, now);
        if (pass.report().isEmpty()) {
            byNamespace.computeIfPresent(rule.namespace(), (namespace, known) -> known.isIdle() ? null : known);
        }
        return pass;
    }

    @Override
    public Optional<PluginQuery.QueryBatch> batch(Key rule, Instant now) {
        return Optional.ofNullable(byNamespace.get(rule.namespace()))
                .flatMap(namespaceRules -> namespaceRules.batch(rule, now));
    }

    @Override
    public void learn(PluginQuery query, PluginReply reply) {
        NamespaceRules namespaceRules = byNamespace.get(query.spec().key().namespace());
        if (namespaceRules != null) {
            namespaceRules.learn(query, reply);
        }
        ruleKeys.accept(query.spec().key());
    }

    @Override
    public void wake(PluginQuery query) {
        NamespaceRules namespaceRules = byNamespace.get(query.spec().key().namespace());
        if (namespaceRules != null) {
            namespaceRules.wake(query);
            ruleKeys.accept(query.spec().key());
        }
    }

    /** A workload of the namespace came, went, or wants another number of Pods. */
    public void workloadsChanged(String namespace) {
        NamespaceRules namespaceRules = byNamespace.get(namespace);
        if (namespaceRules != null) {
            namespaceRules.index().workloadsMoved();
            namespaceRules
                    .index()
                    .published()
                    .forEach(scope -> ruleKeys.accept(scope.spec().key()));
        }
    }

    /** The spec of a workload changed, so that a write that was refused may be taken now. */
    public void workloadChanged(String namespace, String uid) {
        NamespaceRules namespaceRules = byNamespace.get(namespace);
        if (namespaceRules != null) {
            namespaceRules.index().workloadMoved(uid);
            namespaceRules
                    .index()
                    .published()
                    .forEach(scope -> ruleKeys.accept(scope.spec().key()));
        }
    }

    /** The number of namespaces with rules. */
    int namespaces() {
        return byNamespace.size();
    }

    private static boolean alike(CollaSet before, CollaSet after) {
        return CachedRuleWorld.wanted(before).isLike(CachedRuleWorld.wanted(after));
    }

    private static boolean looksTheSame(@Nullable PodRecord before, @Nullable PodRecord after) {
        return before != null && after != null && PluginQuery.looksTheSame(before, after);
    }

    /** True if no rule of the host itself sees a difference. */
    private static boolean same(PodRecord before, PodRecord after) {
        return before.uid().equals(after.uid())
                && before.labels().equals(after.labels())
                && before.annotations().equals(after.annotations())
                && before.available() == after.available()
                && before.ready() == after.ready()
                && before.terminating() == after.terminating()
                && before.inactive() == after.inactive()
                && before.mayServeUntil().equals(after.mayServeUntil());
    }
}
