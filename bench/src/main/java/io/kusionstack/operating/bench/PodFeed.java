package io.kusionstack.operating.bench;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;

/**
 * A process of its own that answers one watch of Pods as an API server does: generated Pods, the closing bookmark, and, once
 * {@code /go} was asked for, changes. Ends when its standard input does, so that it never outlives who started it.
 */
final class PodFeed {
    private final int pods;
    private final int events;
    private final CountDownLatch go = new CountDownLatch(1);

    private PodFeed(int pods, int events) {
        this.pods = pods;
        this.events = events;
    }

    /** {@code PodFeed PODS EVENTS}; prints its port. */
    public static void main(String[] arguments) throws IOException {
        PodFeed feed = new PodFeed(Integer.parseInt(arguments[0]), Integer.parseInt(arguments[1]));
        HttpServer server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.setExecutor(Executors.newVirtualThreadPerTaskExecutor());
        server.createContext("/", feed::answer);
        server.start();
        System.out.println(server.getAddress().getPort());
        while (System.in.read() >= 0) {
            // whoever started this still lives
        }
        System.exit(0);
    }

    private void answer(HttpExchange exchange) throws IOException {
        if (exchange.getRequestURI().getPath().equals("/go")) {
            exchange.sendResponseHeaders(204, -1);
            exchange.close();
            go.countDown();
            return;
        }
        exchange.getResponseHeaders().add("Content-Type", "application/json");
        exchange.sendResponseHeaders(200, 0);
        try (OutputStream out = new BufferedOutputStream(exchange.getResponseBody(), 1 << 16)) {
            stream(out);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void stream(OutputStream out) throws IOException, InterruptedException {
        for (int i = 0; i < pods; i++) {
            event(out, "ADDED", GeneratedPod.json(i, i + 1L));
        }
        event(
                out,
                "BOOKMARK",
                ("{\"kind\":\"Pod\",\"apiVersion\":\"v1\",\"metadata\":{\"resourceVersion\":\"" + pods
                                + "\",\"annotations\":{\"k8s.io/initial-events-end\":\"true\"}}}")
                        .getBytes(StandardCharsets.UTF_8));
        out.flush();
        go.await();
        for (int i = 0; i < events; i++) {
            event(out, "MODIFIED", GeneratedPod.json(i % pods, pods + 1L + i));
        }
        out.flush();
        new CountDownLatch(1).await();
    }

    private static void event(OutputStream out, String type, byte[] object) throws IOException {
        out.write(("{\"type\":\"" + type + "\",\"object\":").getBytes(StandardCharsets.UTF_8));
        out.write(object);
        out.write("}\n".getBytes(StandardCharsets.UTF_8));
    }
}
