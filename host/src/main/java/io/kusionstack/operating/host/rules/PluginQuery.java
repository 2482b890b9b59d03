package io.kusionstack.operating.host.rules;

import io.kusionstack.operating.host.plan.PodRecord;
import io.kusionstack.operating.host.plan.Reason;
import io.kusionstack.operating.host.plan.Wait;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.regex.Pattern;

/**
 * What to ask a plugin for one rule.
 *
 * @param demand what {@code rule} asks
 * @param selected all Pods that the rule's object selects
 * @param waiting those to judge, the longest waiting first; their stage is stored on them
 * @param moves how often Pods of the rule's object had moved when the question was put
 */
record PluginQuery(
        RuleSpec spec,
        RuleSpec.CheckedRule rule,
        RuleSpec.RuleCheck.Plugged demand,
        List<PodRecord> selected,
        List<PodRecord> waiting,
        long moves) {
    private static final Pattern LOCATED = Pattern.compile("[\\w.\\[\\]-]+: ");

    PluginQuery {
        selected = List.copyOf(selected);
        waiting = List.copyOf(waiting);
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
                .map(pod -> pod.uid() + PodFacts.of(pod).marks(rule.stage()))
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
        return LOCATED.matcher(problem).lookingAt()
                ? demand.path() + "." + problem
                : demand.path() + ": " + problem.replaceFirst("^all together: ", "");
    }

    /** Where the object names the plugin. */
    String path() {
        String config = ".config";
        return demand.path().endsWith(config)
                ? demand.path().substring(0, demand.path().length() - config.length())
                : demand.path();
    }
}
