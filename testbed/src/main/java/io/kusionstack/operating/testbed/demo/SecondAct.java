package io.kusionstack.operating.testbed.demo;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.kusionstack.operating.testbed.Await;
import io.kusionstack.operating.testbed.api.PatchType;
import io.kusionstack.operating.testbed.operator.Sample;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** The second act: what waiting and refusing look like. A plugin that is slow, an image that is not there, and the way back. */
final class SecondAct {
    private static final Duration LIMIT = Duration.ofMinutes(3);
    private static final String MISSING_TAG = "missing";
    /** How many Pods the slow rule selects. */
    private static final int SLOW = 2;

    private final Stage stage;
    private final Sample slowRule;
    private final List<Promise> promises = new ArrayList<>();

    /** @param slowRule a PodTransitionRule of the plugin that takes its time */
    SecondAct(Stage stage, Sample slowRule) {
        this.stage = stage;
        this.slowRule = slowRule;
    }

    /** Plays it, with requests under way all the time, and tells what held. */
    List<Promise> play(Traffic traffic) {
        stage.playground().pods().measure(stage.pods());
        slowPlugin();
        missingImage();
        rollback();
        traffic.stop();
        Await.until(LIMIT, traffic::isQuiet);
        Counts requests = traffic.counts();
        promises.add(new Promise("no request was misrouted of " + requests.requests(), requests.isClean()));
        int most = stage.playground().pods().mostOutOfService();
        promises.add(new Promise(
                "never more than " + stage.allowedOutOfService() + " Pods out of service (" + most + ")",
                most <= stage.allowedOutOfService()));
        return promises;
    }

    private void slowPlugin() {
        Set<String> bound = bind();
        String image = stage.image("v3");
        stage.screen().say("Act two. A slow plugin has a say for " + bound + "; the set is asked for " + image + ":");
        slowRule.create(stage.playground().api(), stage.playground().namespace());
        stage.update(image);
        boolean onlyBound = stage.follow(LIMIT, rows -> othersServe(image, bound));
        Set<String> waited = new HashSet<>();
        stage.rows().stream().filter(row -> row.phase().equals("PreCheck")).forEach(row -> waited.add(row.pod()));
        promises.add(new Promise(
                "all others were updated while the Pods of the slow plugin waited", onlyBound && waited.equals(bound)));
        promises.add(new Promise("the Pods of the slow plugin followed", stage.followUntilAllServe(image, LIMIT)));
        stage.playground().api().delete(rulePath());
    }

    /** Labels the Pods that the slow rule selects. */
    private Set<String> bind() {
        Set<String> bound = new HashSet<>();
        JsonNode labels = slowRule.the("PodTransitionRule").at("/spec/selector/matchLabels");
        ObjectNode patch = JsonNodeFactory.instance.objectNode();
        patch.withObject("/metadata").set("labels", labels);
        for (SeenPod pod : stage.playground().pods().pods().subList(0, Math.min(SLOW, stage.pods()))) {
            stage.playground().api().patch(podPath(pod), PatchType.MERGE, patch);
            bound.add(pod.name());
        }
        return bound;
    }

    private boolean othersServe(String image, Set<String> bound) {
        return stage.playground().pods().pods().stream()
                .filter(pod -> !bound.contains(pod.name()))
                .allMatch(pod -> pod.serves(image));
    }

    private void missingImage() {
        String image = stage.image(MISSING_TAG);
        stage.screen().say("The set is asked for " + image + ", which is in no registry:");
        stage.update(image);
        int allowed = stage.allowedOutOfService();
        boolean told = stage.follow(
                LIMIT,
                rows -> count(rows, "ImageNotPulled") == allowed
                        && count(rows, "BudgetExhausted") == stage.pods() - allowed);
        promises.add(new Promise(
                "an image that is not there stops " + allowed + " Pods and says so, the others stay in service", told));
    }

    private void rollback() {
        String image = stage.image("v3");
        stage.screen().say("Back to " + image + ":");
        stage.update(image);
        promises.add(new Promise("the way back was found", stage.followUntilAllServe(image, LIMIT)));
    }

    private static int count(List<PodRow> rows, String reason) {
        return (int)
                rows.stream().filter(row -> row.waiting().startsWith(reason)).count();
    }

    private String podPath(SeenPod pod) {
        return "/api/v1/namespaces/" + stage.playground().namespace() + "/pods/" + pod.name();
    }

    private String rulePath() {
        return "/apis/apps.kusionstack.io/v1alpha1/namespaces/"
                + stage.playground().namespace() + "/podtransitionrules/"
                + slowRule.the("PodTransitionRule").at("/metadata/name").asText();
    }
}
