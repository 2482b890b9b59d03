package io.kusionstack.operating.testbed.slb;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.OptionalInt;
import org.jspecify.annotations.Nullable;

/**
 * One element of the parameter {@code BackendServers}. Its keys are taken in any case, numbers also as text.
 *
 * @param weight what is said; empty where nothing is
 */
record BackendElement(String serverId, String serverIp, int port, OptionalInt weight, String type, String description) {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final String DESCRIPTION = "[A-Za-z0-9\\-/._]{0,80}";

    static List<BackendElement> parse(String text, int limit) throws SlbRefusal {
        JsonNode list = tree(text);
        if (!list.isArray()) {
            throw malformed("it is not a list");
        }
        if (list.size() > limit) {
            throw new SlbRefusal(
                    400,
                    "TooManyBackendServers",
                    "The specified backend servers exceed the maximum supported number " + limit + ".");
        }
        List<BackendElement> elements = new ArrayList<>();
        for (JsonNode element : list) {
            elements.add(of(element));
        }
        return elements;
    }

    SlbBackend.Key key() {
        return new SlbBackend.Key(serverId, type.equals("ecs") ? "" : serverIp, port);
    }

    SlbBackend backend() {
        return new SlbBackend(serverId, serverIp, port, weight.orElse(100), type, description);
    }

    private static JsonNode tree(String text) throws SlbRefusal {
        try {
            return JSON.readTree(text);
        } catch (JsonProcessingException e) {
            throw malformed("it is not valid JSON");
        }
    }

    private static BackendElement of(JsonNode node) throws SlbRefusal {
        Map<String, String> fields = new HashMap<>();
        for (Map.Entry<String, JsonNode> field : node.properties()) {
            fields.put(field.getKey().toLowerCase(Locale.ROOT), field.getValue().asText());
        }
        String serverId = fields.getOrDefault("serverid", "");
        String serverIp = fields.getOrDefault("serverip", "");
        String type = fields.getOrDefault("type", "ecs");
        String description = fields.getOrDefault("description", "");
        if (serverId.isEmpty()) {
            throw malformed("an element has no ServerId");
        }
        if (!List.of("ecs", "eni", "eci").contains(type) || !type.equals("ecs") && serverIp.isEmpty()) {
            throw malformed("Type must be ecs, eni or eci, and the last two need a ServerIp");
        }
        int port = number(fields.get("port"), 1, 65_535, "InvalidParameter").orElse(0);
        if (port == 0) {
            throw new SlbRefusal(400, "MissingParameter", "The parameter Port is mandatory for this action.");
        }
        if (!description.matches(DESCRIPTION)) {
            throw new SlbRefusal(400, "InvalidParameter", "The specified Description is not valid.");
        }
        return new BackendElement(
                serverId,
                serverIp,
                port,
                number(fields.get("weight"), 0, 100, "InvalidWeight.Malformed"),
                type,
                description);
    }

    private static OptionalInt number(@Nullable String text, int least, int most, String code) throws SlbRefusal {
        if (text == null) {
            return OptionalInt.empty();
        }
        if (!text.matches("[0-9]{1,6}") || Integer.parseInt(text) < least || Integer.parseInt(text) > most) {
            throw new SlbRefusal(400, code, "The value " + text + " is not between " + least + " and " + most + ".");
        }
        return OptionalInt.of(Integer.parseInt(text));
    }

    private static SlbRefusal malformed(String why) {
        return new SlbRefusal(
                400, "BackendServersMalformed", "The specified BackendServers is malformed: " + why + ".");
    }
}
