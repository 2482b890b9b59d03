package io.kusionstack.operating.testbed.slb;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpHandler;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.UUID;

/** Takes a call from HTTP through signature, throttle, faults and action to its answer and its line in the journal. */
final class Gateway implements HttpHandler {
    /** @param hold how long the answer is kept back */
    private record Reply(
            int status,
            String code,
            ObjectNode body,
            boolean applied,
            boolean answered,
            Duration hold,
            List<SlbBackend> after) {
        Reply lost() {
            return new Reply(status, code, body, applied, false, hold, after);
        }

        Reply held(Duration limit) {
            return new Reply(status, code, body, applied, answered, limit, after);
        }
    }

    private final SlbOptions options;
    private final Gate gate;
    private final Throttle throttle;
    private final Balancers balancers;
    private final Actions actions;
    private final SlbFaults faults;
    private final SlbJournal journal;

    Gateway(SlbOptions options, Balancers balancers, SlbFaults faults, SlbJournal journal) {
        this.options = options;
        this.gate = new Gate(options);
        this.throttle = new Throttle(options.clock());
        this.balancers = balancers;
        this.actions = new Actions(balancers);
        this.faults = faults;
        this.journal = journal;
    }

    @Override
    public void handle(HttpExchange exchange) throws IOException {
        try (exchange) {
            Map<String, String> parameters = Parameters.of(exchange);
            Reply reply = reply(exchange.getRequestMethod(), parameters);
            faults.hold(reply.hold());
            if (reply.answered()) {
                send(exchange, reply);
            }
        }
    }

    private Reply reply(String method, Map<String, String> parameters) {
        String action = parameters.getOrDefault("Action", "");
        Reply reply;
        try {
            gate.admit(method, parameters);
            throttle.take(action, balancers.limits());
            Optional<SlbFault> fault = faults.take(action);
            reply = fault.isPresent() ? faulty(fault.get(), action, parameters) : perform(action, parameters);
        } catch (SlbRefusal refusal) {
            reply = refused(refusal.status(), refusal.code(), refusal.sentence());
        }
        journal.add(call(options.clock().instant(), action, parameters, reply));
        return reply;
    }

    private Reply faulty(SlbFault fault, String action, Map<String, String> parameters) throws SlbRefusal {
        return switch (fault) {
            case SlbFault.Refuse(int status, String code, String message) -> refused(status, code, message);
            case SlbFault.ApplyAndRefuse(int status, String code, String message) -> {
                Reply done = perform(action, parameters);
                Reply said = refused(status, code, message);
                yield new Reply(status, code, said.body(), true, true, Duration.ZERO, done.after());
            }
            case SlbFault.Drop() -> refused(500, "Dropped", "nobody reads this").lost();
            case SlbFault.ApplyAndDrop() -> perform(action, parameters).lost();
            case SlbFault.ApplyLate(Duration after) -> {
                faults.hold(after);
                yield perform(action, parameters);
            }
            case SlbFault.AnswerLate(Duration after) ->
                perform(action, parameters).held(after);
        };
    }

    private Reply perform(String action, Map<String, String> parameters) throws SlbRefusal {
        Actions.Done done = actions.perform(action, parameters);
        return new Reply(200, "OK", done.body(), true, true, Duration.ZERO, done.after());
    }

    private static Reply refused(int status, String code, String message) {
        ObjectNode body = JsonNodeFactory.instance.objectNode();
        body.put("HostId", "slb.emulator");
        body.put("Code", code);
        body.put("Message", message);
        return new Reply(status, code, body, false, true, Duration.ZERO, List.of());
    }

    private static SlbCall call(Instant at, String action, Map<String, String> parameters, Reply reply) {
        Map<String, String> told = new TreeMap<>(parameters);
        told.keySet()
                .removeIf(
                        name -> name.startsWith("Signature") || name.equals("AccessKeyId") || name.equals("Timestamp"));
        return new SlbCall(
                at, action, told, elements(parameters), reply.code(), reply.applied(), reply.answered(), reply.after());
    }

    private static int elements(Map<String, String> parameters) {
        try {
            return BackendElement.parse(parameters.getOrDefault("BackendServers", "[]"), Integer.MAX_VALUE)
                    .size();
        } catch (SlbRefusal malformed) {
            return 0;
        }
    }

    private static void send(HttpExchange exchange, Reply reply) throws IOException {
        reply.body().put("RequestId", UUID.randomUUID().toString());
        byte[] body = reply.body().toString().getBytes(StandardCharsets.UTF_8);
        exchange.getResponseHeaders().set("Content-Type", "application/json;charset=utf-8");
        exchange.sendResponseHeaders(reply.status(), body.length);
        try (OutputStream out = exchange.getResponseBody()) {
            out.write(body);
        }
    }
}
