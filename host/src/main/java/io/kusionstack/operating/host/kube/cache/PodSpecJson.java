package io.kusionstack.operating.host.kube.cache;

import java.io.IOException;
import java.util.Map;

/** Reads a Pod's spec. */
final class PodSpecJson {
    private PodSpecJson() {}

    static void read(JsonCursor json, PodDraft pod) throws IOException {
        for (String field = json.firstField(); field != null; field = json.nextField()) {
            switch (field) {
                case "nodeName" -> pod.node = json.common();
                case "readinessGates" -> json.each(() -> gate(json, pod));
                case "containers" -> json.each(() -> pod.containers.add(container(json)));
                case "initContainers" -> json.each(() -> pod.initContainers.add(container(json)));
                case "volumes" -> json.each(() -> volume(json, pod.claims));
                default -> json.skip();
            }
        }
    }

    private static void gate(JsonCursor json, PodDraft pod) throws IOException {
        for (String field = json.firstField(); field != null; field = json.nextField()) {
            if (field.equals("conditionType")) {
                pod.readinessGates.add(json.common());
            } else {
                json.skip();
            }
        }
    }

    private static PodDraft.Container container(JsonCursor json) throws IOException {
        String name = "";
        String image = "";
        for (String field = json.firstField(); field != null; field = json.nextField()) {
            switch (field) {
                case "name" -> name = json.common();
                case "image" -> image = json.common();
                default -> json.skip();
            }
        }
        return new PodDraft.Container(name, image);
    }

    private static void volume(JsonCursor json, Map<String, String> claims) throws IOException {
        String name = "";
        String claim = "";
        for (String field = json.firstField(); field != null; field = json.nextField()) {
            switch (field) {
                case "name" -> name = json.common();
                case "persistentVolumeClaim" -> claim = claim(json);
                default -> json.skip();
            }
        }
        if (!claim.isEmpty()) {
            claims.put(name, claim);
        }
    }

    private static String claim(JsonCursor json) throws IOException {
        String claim = "";
        for (String field = json.firstField(); field != null; field = json.nextField()) {
            if (field.equals("claimName")) {
                claim = json.own();
            } else {
                json.skip();
            }
        }
        return claim;
    }
}
