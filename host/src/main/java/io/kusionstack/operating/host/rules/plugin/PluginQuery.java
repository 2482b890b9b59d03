package io.kusionstack.operating.host.rules.plugin;

import io.kusionstack.operating.host.kernel.Key;
import io.kusionstack.operating.host.lifecycle.PodOps;
import io.kusionstack.operating.host.plan.PodRecord;
import io.kusionstack.operating.host.plan.Reason;
import io.kusionstack.operating.host.plan.Wait;
import io.kusionstack.operating.host.rules.spec.RuleSpec;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * What to ask a plugin for one rule.
 *
 * @param demand what {@code rule} asks
 * @param selected all Pods that the rule's object selects
 * @param waiting those to judge, the longest waiting first; their stage is stored on them
 * @param moves how often Pods of the rule's object had moved when the question was put
 */
public record PluginQuery(
        RuleSpec spec,
        RuleSpec.CheckedRule rule,
        RuleSpec.RuleCheck.Plugged demand,
        List<PodRecord> selected,
        List<PodRecord> waiting,
        long moves) {
    private static final Pattern LOCATED = Pattern.compile("[\\w.\\[\\]-]+: ");

    public PluginQuery {
        selected = List.copyOf(selected);
        waiting = List.copyOf(waiting);
    }

    /** Where queries come from and replies go to: the admission. Any thread; answers from memory. */
    public interface QuerySource {
        /** What the plugins of this rule are to be asked; empty if the rule is gone. */
        Optional<QueryBatch> batch(Key rule, Instant now);

        /** Takes the reply to a query, and has the rule looked at; of no use if the rule has changed since. */
        void learn(PluginQuery query, PluginReply reply);
    }

    /**
     * What one rule's plugins are to be asked.
     *
     * @param queries to be asked now
     * @param next when the next query is due, maybe now; empty if only an event can tell
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

    /** The rule, the same whatever its configuration. */
    String name() {
        return spec.key() + "/" + rule.name();
    }

    /**
     * The same for the same question, also after a crash of the host: another Pod, another operation of a Pod or another rule
     * makes another.
     */
    String key() {
        List<String> parts =
                new ArrayList<>(List.of(spec.uid(), rule.name(), rule.stage().name()));
        waiting.stream()
                .map(pod -> pod.uid() + PodOps.stageMarks(pod, rule.stage()))
                .sorted()
                .forEach(parts::add);
        return HexFormat.of().formatHex(sha256(String.join("\n", parts)), 0, 16);
    }

    private static byte[] sha256(String text) {
        try {
            return MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JDK has SHA-256", e);
        }
    }

    /** Why a Pod waits for this rule. */
    Wait wait(Reason reason, String why) {
        return spec.wait(reason, rule, why);
    }

    /** The plugin, as messages call it. */
    String plugin() {
        return "plugin \"" + demand.plugin() + "\"";
    }

    /** A problem of the configuration, with its path in the object: what the plugin found is below, or about all of it. */
    String located(String problem) {
        return LOCATED.matcher(problem).lookingAt() ? demand.path() + "." + problem : demand.path() + ": " + problem;
    }

    /** Where the object names the plugin. */
    String path() {
        String config = ".config";
        return demand.path().endsWith(config)
                ? demand.path().substring(0, demand.path().length() - config.length())
                : demand.path();
    }
}
