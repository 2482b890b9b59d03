package io.kusionstack.operating.testbed.slb;

import com.sun.net.httpserver.HttpExchange;
import java.io.IOException;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;

/** The parameters of a call, from the query and, where there is one, from a form in the body. */
final class Parameters {
    private Parameters() {}

    static Map<String, String> of(HttpExchange exchange) throws IOException {
        Map<String, String> parameters = new LinkedHashMap<>();
        String query = exchange.getRequestURI().getRawQuery();
        read(query == null ? "" : query, parameters);
        read(new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8), parameters);
        return parameters;
    }

    static String required(Map<String, String> parameters, String name) throws SlbRefusal {
        String value = parameters.getOrDefault(name, "");
        if (value.isEmpty()) {
            throw new SlbRefusal(
                    400,
                    "MissingParameter",
                    "The input parameter \"" + name
                            + "\" that is mandatory for processing this request is not supplied.");
        }
        return value;
    }

    private static void read(String form, Map<String, String> parameters) {
        for (String pair : form.split("&")) {
            int equals = pair.indexOf('=');
            if (equals > 0) {
                parameters.put(decoded(pair.substring(0, equals)), decoded(pair.substring(equals + 1)));
            }
        }
    }

    private static String decoded(String text) {
        return URLDecoder.decode(text, StandardCharsets.UTF_8);
    }
}
