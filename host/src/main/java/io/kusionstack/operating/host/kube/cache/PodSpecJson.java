package io.kusionstack.operating.host.kube.cache;

import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Reads a Pod's spec. */
final class PodSpecJson {
    private PodSpecJson() {}

    static void read(JsonCursor json, PodDraft pod) throws IOException {
        for (String field = json.field(); field != null; field = json.field()) {
            switch (field) {
                case "nodeName" -> pod.node = json.common();
                case "hostNetwork" -> pod.hostNetwork = json.isTrue();
                case "restartPolicy" -> pod.restartPolicy = json.common();
                case "readinessGates" -> pod.readinessGates = gates(json);
                case "containers" -> json.each(() -> pod.containers.add(container(json)));
                case "initContainers" -> json.each(() -> pod.initContainers.add(container(json)));
                case "volumes" -> pod.claims = claims(json);
                default -> json.skip();
            }
        }
    }

    private static List<String> gates(JsonCursor json) throws IOException {
        List<String> gates = new ArrayList<>();
        json.each(() -> {
            for (String field = json.field(); field != null; field = json.field()) {
                if (field.equals("conditionType")) {
                    gates.add(json.common());
                } else {
                    json.skip();
                }
            }
        });
        return gates;
    }

    private static PodDraft.Container container(JsonCursor json) throws IOException {
        String name = "";
        String image = "";
        for (String field = json.field(); field != null; field = json.field()) {
            switch (field) {
                case "name" -> name = json.common();
                case "image" -> image = json.common();
                default -> json.skip();
            }
        }
        return new PodDraft.Container(name, image);
    }

    private static Map<String, String> claims(JsonCursor json) throws IOException {
        Map<String, String> claims = new HashMap<>();
        json.each(() -> volume(json, claims));
        return claims;
    }

    private static void volume(JsonCursor json, Map<String, String> claims) throws IOException {
        String name = "";
        String claim = "";
        for (String field = json.field(); field != null; field = json.field()) {
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
        for (String field = json.field(); field != null; field = json.field()) {
            if (field.equals("claimName")) {
                claim = json.own();
            } else {
                json.skip();
            }
        }
        return claim;
    }
}
