package io.kusionstack.operating.host.rules.admit;

import io.kusionstack.operating.host.kernel.Key;
import io.kusionstack.operating.host.model.Names;
import io.kusionstack.operating.host.model.PodTransitionRule;
import io.kusionstack.operating.host.plan.Decision;
import io.kusionstack.operating.host.plan.Obstacles;
import io.kusionstack.operating.host.plan.PodRecord;
import io.kusionstack.operating.host.plan.Wait;
import io.kusionstack.operating.host.world.Pods;
import io.kusionstack.operating.plugin.Stage;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;

/** A cluster in memory with a admission over it: what is put is in the cache at once, and the admission is told. */
public final class FakeRuleWorld implements RuleWorld {
    public static final Instant NOW = Pods.CREATED.plusSeconds(3600);
    public static final String UPDATE = "collaset";

    public final Set<Key> ruleKeys = ConcurrentHashMap.newKeySet();
    public final RuleAdmission admission = new RuleAdmission(this, Instant.EPOCH, ruleKeys::add);
    private final Map<Key, PodRecord> pods = new ConcurrentHashMap<>();
    private final Map<Key, PodTransitionRule> rules = new ConcurrentHashMap<>();
    public final Map<String, Wait> ahead = new ConcurrentHashMap<>();
    /** Beside those that were put. */
    public volatile Obstacles obstacles = Obstacles.none();

    private final List<Workload> workloads = new CopyOnWriteArrayList<>();

    public static FakeRuleWorld with(PodTransitionRule... all) {
        FakeRuleWorld world = new FakeRuleWorld();
        for (PodTransitionRule rule : all) {
            world.put(rule);
        }
        for (PodTransitionRule rule : all) {
            world.pass(rule.getMetadata().getName());
        }
        return world;
    }

    public FakeRuleWorld put(PodTransitionRule rule) {
        rules.put(key(rule.getMetadata().getName()), rule);
        admission.ruleChanged(key(rule.getMetadata().getName()));
        return this;
    }

    public FakeRuleWorld removeRule(String name) {
        rules.remove(key(name));
        admission.ruleChanged(key(name));
        return this;
    }

    public FakeRuleWorld put(PodRecord... all) {
        for (PodRecord pod : all) {
            admission.podChanged(pods.put(new Key(pod.namespace(), pod.name()), pod), pod);
        }
        return this;
    }

    public FakeRuleWorld remove(String pod) {
        admission.podChanged(pods.remove(key(pod)), null);
        return this;
    }

    public FakeRuleWorld put(Workload workload) {
        workloads.removeIf(old -> old.uid().equals(workload.uid()));
        workloads.add(workload);
        admission.workloadsChanged(Pods.NAMESPACE);
        return this;
    }

    /** What a Pod that begins an update hears; it is in the cache as it was before. */
    public Decision begins(PodRecord pod) {
        return admission.tryAdmit(Pods.like(pod).preCheck(UPDATE, "update").build(), UPDATE, Stage.PRE_CHECK, NOW);
    }

    /** What a Pod that waits hears. */
    public Decision asks(PodRecord pod) {
        return admission.tryAdmit(pod, UPDATE, Stage.PRE_CHECK, NOW);
    }

    public boolean lets(PodRecord beginning) {
        return begins(beginning) instanceof Decision.Admitted;
    }

    public PassResult pass(String rule) {
        return admission.admitWaiting(key(rule), NOW);
    }

    RuleReport report(String rule) {
        return pass(rule).report().orElseThrow();
    }

    /** Why the Pods that wait for this rule do, as its rules say. */
    public List<Wait> ruleWaits(String rule) {
        return report(rule).podVerdicts().stream()
                .flatMap(pod -> pod.ruleVerdicts().stream())
                .flatMap(verdict -> verdict.decision().waits().stream())
                .toList();
    }

    /** Names of the Pods about which a pass decides. */
    public List<String> judged(String rule) {
        return report(rule).podVerdicts().stream()
                .map(verdict -> verdict.stagedPod().pod().name())
                .toList();
    }

    /** Names of the Pods that a pass wakes, sorted. */
    public List<String> woken(String rule) {
        return pass(rule).woken().stream().map(Key::name).sorted().toList();
    }

    public static Key key(String name) {
        return new Key(Pods.NAMESPACE, name);
    }

    @Override
    public Optional<PodTransitionRule> rule(Key key) {
        return Optional.ofNullable(rules.get(key));
    }

    @Override
    public List<PodTransitionRule> rules(String namespace) {
        return rules.values().stream()
                .filter(rule -> rule.getMetadata().getNamespace().equals(namespace))
                .toList();
    }

    @Override
    public Optional<PodRecord> pod(Key key) {
        return Optional.ofNullable(pods.get(key));
    }

    @Override
    public List<PodRecord> pods(String namespace) {
        return pods.values().stream()
                .filter(pod -> pod.namespace().equals(namespace))
                .toList();
    }

    @Override
    public Optional<Wait> ahead(PodRecord pod, List<String> operations) {
        return operations.isEmpty()
                ? Optional.empty()
                : Optional.ofNullable(ahead.get(pod.name()))
                        .or(() -> operations.stream()
                                .flatMap(operation -> obstacles.ahead(pod, operation).stream())
                                .findFirst());
    }

    @Override
    public List<Workload> workloads(String namespace) {
        return List.copyOf(workloads);
    }

    /** The Pod as it waits at PreCheck. */
    public static PodRecord waiting(PodRecord pod, long version, String since) {
        return Pods.like(pod)
                .version(version)
                .preCheck("collaset", "update")
                .label(Names.key(Names.PRE_CHECK, "collaset"), since)
                .build();
    }

    /** The Pod as it has left service. */
    public static PodRecord leaving(PodRecord pod, long version) {
        return Pods.like(pod)
                .version(version)
                .offline()
                .without(Names.key(Names.PRE_CHECK, "collaset"))
                .preparing("collaset", "update")
                .build();
    }
}
