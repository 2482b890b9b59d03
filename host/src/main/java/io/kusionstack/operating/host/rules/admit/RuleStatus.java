package io.kusionstack.operating.host.rules.admit;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.kusionstack.operating.host.model.Condition;
import io.kusionstack.operating.host.model.Conditions;
import io.kusionstack.operating.host.model.PodTransitionRuleStatus;
import io.kusionstack.operating.host.model.PodTransitionRuleStatus.Detail;
import io.kusionstack.operating.host.model.PodTransitionRuleStatus.RejectInfo;
import io.kusionstack.operating.host.plan.Reason;
import io.kusionstack.operating.host.plan.Selector;
import io.kusionstack.operating.host.plan.Wait;
import io.kusionstack.operating.host.rules.plugin.VerdictCache;
import io.kusionstack.operating.host.rules.spec.AvailabilityRule;
import io.kusionstack.operating.host.rules.spec.RuleSpec;
import io.kusionstack.operating.plugin.Stage;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** The status of a PodTransitionRule, in Kuperator's form with conditions of ours. Pure. */
final class RuleStatus {
    static final String ACCEPTED = "Accepted";
    static final String SLOTS_FREE = "SlotsFree";

    /** At most this many Pods are listed, so that the status stays small. */
    static final int MOST_DETAILS = 100;

    private RuleStatus() {}

    /** The status to write; empty if it is the one before. */
    static Optional<PodTransitionRuleStatus> of(RuleReport report, PodTransitionRuleStatus before, Instant now) {
        String time = now.truncatedTo(ChronoUnit.SECONDS).toString();
        PodTransitionRuleStatus status = status(report, before, now, before.updateTime());
        return status.equals(before) ? Optional.empty() : Optional.of(status(report, before, now, time));
    }

    private static PodTransitionRuleStatus status(
            RuleReport report, PodTransitionRuleStatus before, Instant now, @Nullable String updateTime) {
        List<Detail> details = details(report);
        int more = details.size() - MOST_DETAILS;
        return new PodTransitionRuleStatus(
                report.spec().generation(),
                updateTime,
                report.targets(),
                foremost(details),
                more > 0 ? more : null,
                report.spec().kept().map(Selector::toString).orElse(before.selector()),
                before.ruleStates(),
                conditions(report, waiting(details), before.conditions(), now));
    }

    private static int waiting(List<Detail> details) {
        return (int) details.stream().filter(detail -> !detail.passed()).count();
    }

    /** As a merge patch of the status: all that is written here, empty lists too, and nothing of {@code ruleStates}. */
    static ObjectNode json(PodTransitionRuleStatus status) {
        ObjectNode root = JsonNodeFactory.instance.objectNode();
        root.put("observedGeneration", status.observedGeneration());
        root.put("updateTime", status.updateTime());
        status.targets().forEach(root.putArray("targets")::add);
        ArrayNode details = root.putArray("details");
        for (Detail detail : status.details()) {
            ObjectNode node = details.addObject();
            node.put("name", detail.name());
            node.put("stage", detail.stage());
            node.put("passed", detail.passed());
            if (!detail.passedRules().isEmpty()) {
                detail.passedRules().forEach(node.putArray("passedRules")::add);
            }
            for (RejectInfo reject : detail.rejectInfo()) {
                node.withArray("rejectInfo")
                        .addObject()
                        .put("ruleName", reject.ruleName())
                        .put("reason", reject.reason());
            }
        }
        // null removes the value of an earlier status
        root.put("moreDetails", status.moreDetails());
        root.put("selector", status.selector());
        root.set("conditions", Conditions.json(status.conditions()));
        return root;
    }

    private static List<Detail> details(RuleReport report) {
        Map<String, Detail> byName = new TreeMap<>();
        for (RuleEngine.PodVerdict podVerdict : report.podVerdicts()) {
            // a Pod in both stages is listed with the first
            if (podVerdict.stagedPod().stage() == Stage.PRE_CHECK
                    || !byName.containsKey(podVerdict.stagedPod().pod().name())) {
                byName.put(podVerdict.stagedPod().pod().name(), detail(report.spec(), podVerdict));
            }
        }
        return List.copyOf(byName.values());
    }

    /** The details to list, Pods that wait before others, sorted by name. */
    private static List<Detail> foremost(List<Detail> details) {
        return details.size() <= MOST_DETAILS
                ? details
                : details.stream()
                        .sorted(Comparator.comparing(Detail::passed))
                        .limit(MOST_DETAILS)
                        .sorted(Comparator.comparing(detail -> Objects.toString(detail.name(), "")))
                        .toList();
    }

    private static Detail detail(RuleSpec spec, RuleEngine.PodVerdict podVerdict) {
        List<String> passed = new ArrayList<>();
        List<RejectInfo> rejected = new ArrayList<>();
        for (RuleEngine.RuleVerdict ruleVerdict : podVerdict.ruleVerdicts()) {
            if (!ruleVerdict.ruleUid().equals(spec.uid())) {
                continue;
            }
            List<Wait> waits = ruleVerdict.decision().waits();
            if (waits.isEmpty()) {
                passed.add(ruleVerdict.rule());
            } else if (rejected.isEmpty()) {
                rejected.add(new RejectInfo(ruleVerdict.rule(), waits.getFirst().message()));
            }
        }
        obstacle(podVerdict).ifPresent(obstacle -> {
            rejected.clear();
            rejected.add(obstacle);
        });
        passed.sort(null);
        String stage = podVerdict.stagedPod().stage() == Stage.PRE_CHECK ? "PreCheck" : "PostCheck";
        return new Detail(podVerdict.stagedPod().pod().name(), stage, rejected.isEmpty(), passed, rejected);
    }

    /** The obstacle of the Pod, listed before the rules: a Pod with an obstacle holds no place in the queue. */
    private static Optional<RejectInfo> obstacle(RuleEngine.PodVerdict podVerdict) {
        return podVerdict
                .stagedPod()
                .heldBack()
                // a yes that is being renewed is no obstacle
                .filter(wait -> wait.reason() != Reason.WAITING_FOR_RULE)
                .map(wait -> new RejectInfo("", wait.reason().word() + ": " + wait.message()));
    }

    private static List<Condition> conditions(RuleReport report, int waiting, List<Condition> before, Instant now) {
        Conditions conditions = Conditions.replacing(before, now);
        accepted(report, conditions);
        List<AvailabilityRule> limits = new ArrayList<>();
        for (RuleSpec.CheckedRule rule : report.spec().rules()) {
            if (rule.check() instanceof RuleSpec.RuleCheck.Availability(AvailabilityRule limit)) {
                limits.add(limit);
            }
        }
        if (!limits.isEmpty()) {
            slots(report, waiting, limits, conditions);
        }
        return conditions.all();
    }

    private static void accepted(RuleReport report, Conditions conditions) {
        VerdictCache.SpecCheck acceptance = report.acceptance();
        List<String> all = new ArrayList<>(acceptance.problems());
        all.addAll(acceptance.unserved());
        if (all.isEmpty()) {
            List<String> told = new ArrayList<>(List.of("every rule is understood"));
            told.addAll(report.spec().ineffective());
            conditions.set(ACCEPTED, true, "Valid", String.join("; ", told));
            return;
        }
        String reason = acceptance.problems().isEmpty() ? Reason.PLUGIN_UNAVAILABLE.word() : "InvalidSpec";
        conditions.set(ACCEPTED, false, reason, String.join("; ", all));
    }

    private static void slots(RuleReport report, int waiting, List<AvailabilityRule> limits, Conditions conditions) {
        AvailabilityRule.PodCounts count = report.count();
        int allowance = limits.stream()
                .mapToInt(limit -> Math.max(0, limit.allowance(count)))
                .min()
                .orElse(count.wanted());
        boolean free = limits.stream().allMatch(limit -> limit.blocks(count).isEmpty());
        String message = count.unavailable() + " of " + count.wanted() + " Pods are out of service or leaving it ("
                + count.missing() + " of them do not exist), " + allowance + " may be; " + waiting + " wait"
                + named(report);
        conditions.set(SLOTS_FREE, free, free ? "SlotsFree" : "SlotsTaken", message);
    }

    private static String named(RuleReport report) {
        int more = report.count().out() - report.out().size();
        return report.out().isEmpty()
                ? ""
                : "; out: " + String.join(", ", report.out()) + (more > 0 ? " and " + more + " more" : "");
    }
}
