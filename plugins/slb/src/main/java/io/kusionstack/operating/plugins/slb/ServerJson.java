package io.kusionstack.operating.plugins.slb;

import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import java.util.List;

/** Servers as the parameter {@code BackendServers} wants them: JSON as text. */
final class ServerJson {
    private ServerJson() {}

    static String of(List<Server> servers) {
        JsonArray list = new JsonArray();
        for (Server server : servers) {
            JsonObject one = new JsonObject();
            one.addProperty("ServerId", server.id());
            if (!server.ip().isEmpty()) {
                one.addProperty("ServerIp", server.ip());
            }
            one.addProperty("Port", server.port());
            one.addProperty("Weight", server.weight());
            one.addProperty("Type", server.type());
            one.addProperty("Description", server.description());
            list.add(one);
        }
        return list.toString();
    }
}
