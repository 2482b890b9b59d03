package io.kusionstack.operating.host.rules.plugin;

import io.kusionstack.operating.host.kernel.Key;
import io.kusionstack.operating.host.lifecycle.PodOps;
import io.kusionstack.operating.host.plan.PodRecord;
import io.kusionstack.operating.host.plan.Reason;
import io.kusionstack.operating.host.plan.Wait;
import io.kusionstack.operating.host.plugins.RulePlugins;
import io.kusionstack.operating.host.rules.plugin.VerdictCache.PluginReply;
import io.kusionstack.operating.host.rules.spec.RuleSpec;
import io.kusionstack.operating.plugin.rule.RuleRef;
import io.kusionstack.operating.plugin.rule.WaitingPod;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;

/**
 * One query to a plugin: its verdicts on the Pods that wait for one rule.
 *
 * @param check the plugin of {@code rule}, and its configuration
 * @param selected all Pods that the rule's object selects
 * @param waiting the Pods to decide about, the longest waiting first; their stage is stored on them
 * @param moves how often Pods of the rule's object had moved when the query was made
 * @param wakes how often the plugin had asked for a query of the rule
 */
public record PluginQuery(
        RuleSpec spec,
        RuleSpec.CheckedRule rule,
        RuleSpec.RuleCheck.Plugged check,
        List<PodRecord> selected,
        List<PodRecord> waiting,
        long moves,
        long wakes) {
    public PluginQuery {
        selected = List.copyOf(selected);
        waiting = List.copyOf(waiting);
    }

    /** Where queries come from and replies go to: the admission. Any thread; answers from memory. */
    public interface QuerySource {
        /** The queries of this rule object that are due; empty if the object is gone. */
        Optional<QueryBatch> batch(Key rule, Instant now);

        /** Takes the reply to a query, and enqueues the rule. A reply to an earlier generation of the rule is ignored. */
        void learn(PluginQuery query, PluginReply reply);

        /** The plugin has learned something about the rule of this query: a query is due, and the rule is enqueued. */
        void wake(PluginQuery query);
    }

    /**
     * The queries of one rule object.
     *
     * @param queries those that are due
     * @param next when the next query is due, possibly now; empty if only an event brings one
     */
    public record QueryBatch(RuleSpec spec, List<PluginQuery> queries, Optional<Instant> next) {
        public QueryBatch {
            queries = List.copyOf(queries);
        }
    }

    /** True if a plugin sees no difference between these records of a Pod. */
    public static boolean looksTheSame(PodRecord before, PodRecord after) {
        return PodViews.of(before).equals(PodViews.of(after));
    }

    /** The rule's object as plugins see it. */
    RuleRef object() {
        return new RuleRef(spec.key().namespace(), spec.key().name(), spec.uid(), spec.generation());
    }

    /** The waiting Pods as plugins see them. */
    List<WaitingPod> waitingPods() {
        return waiting.stream()
                .map(pod -> new WaitingPod(pod.ref(), operations(pod), traceId(pod)))
                .toList();
    }

    private List<WaitingPod.Operation> operations(PodRecord pod) {
        Set<String> ids = PodOps.stageMarks(pod, rule.stage()).keySet();
        return PodOps.operations(pod).values().stream()
                .filter(operation -> ids.contains(operation.id()))
                .map(operation -> new WaitingPod.Operation(operation.id(), operation.type(), operation.since()))
                .toList();
    }

    private String traceId(PodRecord pod) {
        byte[] digest = sha256(String.join("\n", rulePart(), podPart(pod)));
        return UUID.nameUUIDFromBytes(digest).toString();
    }

    private String rulePart() {
        return String.join("\n", spec.uid(), rule.name(), rule.stage().name());
    }

    private String podPart(PodRecord pod) {
        return pod.uid() + PodOps.stageMarks(pod, rule.stage());
    }

    /** The name of the rule towards plugins; it does not depend on the configuration. */
    String name() {
        return spec.key() + "/" + rule.name();
    }

    /**
     * The idempotency key of the query: the same for the same Pods, operations and rule, also after a crash of the host.
     */
    String key() {
        List<String> parts = new ArrayList<>(List.of(rulePart()));
        waiting.stream().map(this::podPart).sorted().forEach(parts::add);
        return HexFormat.of().formatHex(sha256(String.join("\n", parts)), 0, 16);
    }

    private static byte[] sha256(String text) {
        try {
            return MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JDK has SHA-256", e);
        }
    }

    /** The wait of a Pod for this rule. */
    Wait wait(Reason reason, String why) {
        return spec.wait(reason, rule, why);
    }

    /** The plugin as messages name it. */
    String plugin() {
        return "plugin \"" + check.plugin() + "\"";
    }

    /** A problem of the plugin's configuration, with its path in the object. */
    String located(RulePlugins.OpenedRule.ConfigProblem problem) {
        String path = problem.path().isEmpty() ? check.path() : check.path() + "." + problem.path();
        return path + ": " + problem.sentence();
    }

    /** The path in the object at which the plugin is named. */
    String path() {
        String config = ".config";
        return check.path().endsWith(config)
                ? check.path().substring(0, check.path().length() - config.length())
                : check.path();
    }
}
