package io.kusionstack.operating.plugins.slb;

import io.kusionstack.operating.plugin.traffic.Backend;
import io.kusionstack.operating.plugin.traffic.BackendChange;
import io.kusionstack.operating.plugin.traffic.BackendResult;
import io.kusionstack.operating.plugin.traffic.Employer;
import io.kusionstack.operating.plugin.traffic.Observation;
import io.kusionstack.operating.plugin.traffic.Progress;
import io.kusionstack.operating.plugin.traffic.TrafficControl;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** Reads and writes vserver groups for Services in mode {@code direct}. Any thread; remembers nothing but what
 * it read a moment ago. */
final class SlbTraffic implements TrafficControl {
    /** When to look again at what a person has to correct. */
    private static final Duration CORRECTED = Duration.ofSeconds(15);

    private static final String CORRECT =
            "; correct annotation " + ServiceTraffic.PREFIX + "vserver-groups or label " + ServiceTraffic.LOAD_BALANCER;

    /** For what does not depend on whose backends they are. */
    private static final Cluster NOBODY = new Cluster("", Optional.empty(), Set.of());

    private final SlbSettings settings;
    private final SlbApi api;
    private final SharedReads reads;
    private final ClusterReads cluster;
    private final Clock clock;

    SlbTraffic(SlbSettings settings, SlbApi api, ClusterReads cluster, Clock clock) {
        this.settings = settings;
        this.api = api;
        this.reads = new SharedReads(api, clock);
        this.cluster = cluster;
        this.clock = clock;
    }

    /** The load balancer: it takes one change at a time, whatever group it is in. */
    @Override
    public String lockKey(Employer employer) {
        return ServiceTraffic.of(employer, NOBODY).loadBalancer();
    }

    @Override
    public List<String> groups(Employer employer) {
        ServiceTraffic service = ServiceTraffic.of(employer, NOBODY);
        refusal(employer, service).ifPresent(why -> {
            throw new IllegalArgumentException(employer.kind() + " " + employer.ref() + ": " + why);
        });
        return service.groupIds();
    }

    private Optional<String> refusal(Employer employer, ServiceTraffic service) {
        return settings.refusal(employer.ref().namespace(), service.loadBalancer(), service.groupIds());
    }

    @Override
    public Observation observe(Employer employer, Instant deadline) {
        return observe(employer, clock.instant(), deadline);
    }

    @Override
    public Observation observe(Employer employer, Instant notBefore, Instant deadline) {
        ServiceTraffic service = ServiceTraffic.of(employer, cluster.cluster());
        SharedReads.When when = new SharedReads.When(notBefore, deadline);
        try {
            GroupsRead read = GroupsRead.of(service, reads, api, when);
            if (read.groups().isEmpty()) {
                return new Observation.NoSuchPlace(read.at(), read.missing() + CORRECT);
            }
            if (!read.missing().isEmpty()) {
                return new Observation.Unknown(read.missing() + CORRECT, CORRECTED);
            }
            return known(sure(employer, service, read.groups().values()), employer, read, when);
        } catch (SlbRefusal refusal) {
            return unknown(refusal);
        }
    }

    private static Observation unknown(SlbRefusal refusal) {
        return new Observation.Unknown(
                refusal.why() == Cause.THROTTLED ? Progress.Pending.Kind.THROTTLED : Progress.Pending.Kind.OTHER,
                refusal.sentence(),
                refusal.after());
    }

    private Observation known(ServiceTraffic service, Employer employer, GroupsRead read, SharedReads.When when)
            throws SlbRefusal {
        Instant at = read.at();
        List<HealthRow> health = List.of();
        if (Standings.wantsHealth(service, read.groups())) {
            SharedReads.Read<List<HealthRow>> rows = reads.health(service.loadBalancer(), when);
            at = rows.isBefore(at) ? rows.at() : at;
            health = rows.value();
        }
        return new Observation.Known(at, Standings.of(service, employer.ref().namespace(), read.groups(), health));
    }

    @Override
    public List<BackendResult> apply(Employer employer, List<BackendChange> changes, Instant deadline) {
        ServiceTraffic service = ServiceTraffic.of(employer, cluster.cluster());
        Results results = new Results();
        for (BackendChange change : changes) {
            if (isUnserved(service, change)) {
                results.note(change.backend(), noGroup(service, change.backend()));
            }
        }
        List<BackendChange> served =
                changes.stream().filter(change -> !isUnserved(service, change)).toList();
        Map<String, ServerGroup> groups = served.isEmpty() ? Map.of() : groups(service, served, deadline, results);
        ServiceTraffic known = sure(employer, service, groups.values());
        Optional<String> refusal = refusal(employer, service);
        List<GroupPlan> plans = known.groups().stream()
                .filter(group -> groups.containsKey(group.group()))
                .map(group -> plan(new Wanted(known, groups, refusal), group, served, results))
                .toList();
        GroupWriter writer = new GroupWriter(settings.batch(), deadline, results);
        // off before on, over all groups
        plans.forEach(plan -> plan.takeOff(writer, api));
        plans.forEach(plan -> plan.putOn(writer, api));
        return results.list();
    }

    /** Only putting on needs a group: what stands somewhere is taken off there, whatever the Service's ports say by now. */
    private static boolean isUnserved(ServiceTraffic service, BackendChange change) {
        return change instanceof BackendChange.PutOn
                && service.groupsOf(change.backend().port()).isEmpty();
    }

    /** Whether the group decides what becomes of the change; elsewhere something of it may be left. */
    private static boolean isFor(BackendChange change, ServiceTraffic.PortGroup group) {
        return change instanceof BackendChange.TakeOff
                || group.serves(change.backend().port());
    }

    /** Those that can be read, by id. */
    private Map<String, ServerGroup> groups(
            ServiceTraffic service, List<BackendChange> changes, Instant deadline, Results results) {
        Map<String, ServerGroup> groups = new HashMap<>();
        for (ServiceTraffic.PortGroup group : service.groups()) {
            try {
                groups.put(group.group(), api.group(group.group(), deadline));
            } catch (SlbRefusal refusal) {
                changes.stream()
                        .filter(change -> isFor(change, group))
                        .forEach(change -> results.note(change.backend(), GroupWriter.progress(refusal)));
            }
        }
        return groups;
    }

    /** @param refusal why the Service must not use its groups */
    private record Wanted(ServiceTraffic service, Map<String, ServerGroup> groups, Optional<String> refusal) {
        /** Whether the backend has requests in every group that its port leads to. */
        boolean isInPlace(Backend backend) {
            return service.groupsOf(backend.port()).stream()
                    .allMatch(group -> Optional.ofNullable(groups.get(group.group()))
                            .filter(found -> ChangePlanner.isServing(group, found, backend))
                            .isPresent());
        }
    }

    private GroupPlan plan(Wanted wanted, ServiceTraffic.PortGroup at, List<BackendChange> changes, Results results) {
        ServerGroup group = wanted.groups().getOrDefault(at.group(), ServerGroup.none(at.group()));
        GroupPlan plan = new GroupPlan(at.group());
        for (BackendChange change : changes) {
            Step step = step(wanted, at, group, change);
            if (step instanceof Step.Rest(Progress progress)) {
                results.note(change.backend(), progress);
            } else {
                plan.add(change.backend(), step);
            }
        }
        return plan;
    }

    private Step step(Wanted wanted, ServiceTraffic.PortGroup at, ServerGroup group, BackendChange change) {
        if (wanted.refusal().isPresent() && change instanceof BackendChange.PutOn) {
            return new Step.Rest(
                    new Progress.Failed("NotAllowed", wanted.refusal().get(), false));
        }
        return isFor(change, at)
                ? ChangePlanner.plan(wanted.service(), at, group, change, clock.instant())
                : ChangePlanner.leave(at, group, change.backend(), wanted.isInPlace(change.backend()));
    }

    /** Backends that an older version put on without a cluster's name are ours if their Pods live here. */
    private ServiceTraffic sure(Employer employer, ServiceTraffic service, Collection<ServerGroup> groups) {
        boolean isDoubtful = groups.stream()
                .flatMap(group -> group.servers().stream())
                .anyMatch(server -> service.groups().getFirst().mark().isDoubtful(server));
        return isDoubtful
                ? ServiceTraffic.of(
                        employer,
                        cluster.cluster()
                                .withLiving(cluster.living(employer.ref().namespace())))
                : service;
    }

    private static Progress noGroup(ServiceTraffic service, Backend backend) {
        return new Progress.Failed(
                "NoGroup",
                "no group serves port " + backend.port() + " of Pod " + backend.pod() + ": annotation "
                        + ServiceTraffic.PREFIX + "vserver-groups has " + service.groups(),
                false);
    }

    @Override
    public void close() {
        api.close();
    }
}
