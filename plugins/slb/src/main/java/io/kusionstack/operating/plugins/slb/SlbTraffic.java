package io.kusionstack.operating.plugins.slb;

import io.kusionstack.operating.plugin.traffic.Backend;
import io.kusionstack.operating.plugin.traffic.BackendChange;
import io.kusionstack.operating.plugin.traffic.BackendResult;
import io.kusionstack.operating.plugin.traffic.Employer;
import io.kusionstack.operating.plugin.traffic.Observation;
import io.kusionstack.operating.plugin.traffic.Progress;
import io.kusionstack.operating.plugin.traffic.TrafficControl;
import java.time.Clock;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Reads and writes vserver groups for Services in mode {@code direct}. Any thread; remembers nothing between calls. */
final class SlbTraffic implements TrafficControl {
    private final SlbSettings settings;
    private final SlbApi api;
    private final Clock clock;

    SlbTraffic(SlbSettings settings, SlbApi api, Clock clock) {
        this.settings = settings;
        this.api = api;
        this.clock = clock;
    }

    /** The load balancer: it takes one change at a time, whatever group it is in. */
    @Override
    public String lockKey(Employer employer) {
        return service(employer).loadBalancer();
    }

    @Override
    public Observation observe(Employer employer, Instant deadline) {
        ServiceTraffic service = service(employer);
        Instant readAt = clock.instant();
        try {
            Map<String, ServerGroup> groups = new LinkedHashMap<>();
            for (ServiceTraffic.PortGroup group : service.groups()) {
                readIfThere(group, groups, deadline);
            }
            List<HealthRow> health =
                    Standings.wantsHealth(service, groups) ? api.health(service.loadBalancer(), deadline) : List.of();
            return new Observation(readAt, Standings.of(service, employer.ref().namespace(), groups, health));
        } catch (SlbRefusal refusal) {
            throw new IllegalStateException(refusal.sentence());
        }
    }

    /** A group that is not there has no backends. */
    private void readIfThere(ServiceTraffic.PortGroup group, Map<String, ServerGroup> groups, Instant deadline)
            throws SlbRefusal {
        try {
            groups.put(group.group(), api.group(group.group(), deadline));
        } catch (SlbRefusal refusal) {
            if (refusal.why() != Cause.GONE) {
                throw refusal;
            }
        }
    }

    @Override
    public List<BackendResult> apply(Employer employer, List<BackendChange> changes, Instant deadline) {
        ServiceTraffic service = service(employer);
        Results results = new Results();
        GroupWriter writer = new GroupWriter(settings.batch(), deadline, results);
        List<GroupPlan> plans = new ArrayList<>();
        for (ServiceTraffic.PortGroup group : service.groups()) {
            List<BackendChange> here = changes.stream()
                    .filter(change -> group.serves(change.backend().port()))
                    .toList();
            if (!here.isEmpty()) {
                plan(service, group, here, deadline, results).ifPresent(plans::add);
            }
        }
        for (BackendChange change : changes) {
            if (service.groupsOf(change.backend().port()).isEmpty()) {
                results.note(change.backend(), noGroup(service, change.backend()));
            }
        }
        // off before on, over all groups
        plans.forEach(plan -> plan.takeOff(writer, api));
        plans.forEach(plan -> plan.putOn(writer, api));
        return results.list();
    }

    private Optional<GroupPlan> plan(
            ServiceTraffic service,
            ServiceTraffic.PortGroup at,
            List<BackendChange> changes,
            Instant deadline,
            Results results) {
        ServerGroup group;
        try {
            group = api.group(at.group(), deadline);
        } catch (SlbRefusal refusal) {
            for (BackendChange change : changes) {
                boolean off = change instanceof BackendChange.TakeOff && refusal.why() == Cause.GONE;
                results.note(change.backend(), off ? new Progress.Done() : GroupWriter.progress(refusal));
            }
            return Optional.empty();
        }
        GroupPlan plan = new GroupPlan(at.group());
        for (BackendChange change : changes) {
            Step step = ChangePlanner.plan(service, at, group, change, clock.instant());
            if (step instanceof Step.Rest(Progress progress)) {
                results.note(change.backend(), progress);
            } else {
                plan.add(change.backend(), step);
            }
        }
        return Optional.of(plan);
    }

    private static Progress noGroup(ServiceTraffic service, Backend backend) {
        return new Progress.Failed(
                "NoGroup",
                "no group serves port " + backend.port() + " of Pod " + backend.pod() + ": annotation "
                        + ServiceTraffic.PREFIX + "vserver-groups has " + service.groups(),
                false);
    }

    private ServiceTraffic service(Employer employer) {
        return ServiceTraffic.of(employer, settings.cluster().orElse(""));
    }

    @Override
    public void close() {
        api.close();
    }
}
