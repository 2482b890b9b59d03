package io.kusionstack.operating.bench;

import com.fasterxml.jackson.databind.json.JsonMapper;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.kusionstack.operating.testbed.api.ProtobufObjects;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.Semaphore;

/**
 * A process of its own that answers watches of Pods as an API server does, in the encoding that is asked for: generated Pods,
 * the closing bookmark, and, once {@code /go} was asked for, changes. Everything is written before the first request comes, and
 * only versions are put in later. One watch at a time. Ends when its standard input does, so that it never outlives who
 * started it.
 */
final class PodFeed {
    private static final String PROTOBUF = "application/vnd.kubernetes.protobuf";

    private final int pods;
    private final int events;
    private final Semaphore go = new Semaphore(0);
    private final Recording json;
    private final Recording protobuf;

    /** What is sent in one encoding. */
    private record Recording(FeedEvent[] added, FeedEvent[] modified, FeedEvent bookmark) {}

    private PodFeed(int pods, int events) throws IOException {
        this.pods = pods;
        this.events = events;
        json = new Recording(new FeedEvent[pods], new FeedEvent[pods], FeedEvent.json("BOOKMARK", bookmark()));
        ProtobufObjects objects = new ProtobufObjects();
        JsonMapper mapper = new JsonMapper();
        protobuf = new Recording(
                new FeedEvent[pods],
                new FeedEvent[pods],
                new FeedEvent(objects.frame("BOOKMARK", mapper.readTree(bookmark()))));
        for (int i = 0; i < pods; i++) {
            String pod = GeneratedPod.json(i, FeedEvent.VERSION);
            byte[] object = objects.object(mapper.readTree(pod));
            json.added[i] = FeedEvent.json("ADDED", pod);
            json.modified[i] = FeedEvent.json("MODIFIED", pod);
            protobuf.added[i] = new FeedEvent(ProtobufObjects.frame("ADDED", object));
            protobuf.modified[i] = new FeedEvent(ProtobufObjects.frame("MODIFIED", object));
        }
    }

    private static String bookmark() {
        return "{\"kind\":\"Pod\",\"apiVersion\":\"v1\",\"metadata\":{\"resourceVersion\":\"" + FeedEvent.VERSION
                + "\",\"annotations\":{\"k8s.io/initial-events-end\":\"true\"}}}";
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
            go.release();
            return;
        }
        boolean asProtobuf = exchange.getRequestHeaders().getFirst("Accept").startsWith(PROTOBUF);
        exchange.getResponseHeaders().add("Content-Type", asProtobuf ? PROTOBUF + ";stream=watch" : "application/json");
        exchange.sendResponseHeaders(200, 0);
        try (OutputStream out = new BufferedOutputStream(exchange.getResponseBody(), 1 << 16)) {
            stream(asProtobuf ? protobuf : json, out);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void stream(Recording recording, OutputStream out) throws IOException, InterruptedException {
        for (int i = 0; i < pods; i++) {
            recording.added[i].send(out, i + 1L);
        }
        recording.bookmark.send(out, pods);
        out.flush();
        go.acquire();
        for (int i = 0; i < events; i++) {
            recording.modified[i % pods].send(out, pods + 1L + i);
        }
        out.flush();
        new CountDownLatch(1).await();
    }

    /** An event whose version changes each time that it is sent. */
    private static final class FeedEvent {
        /** Stands for a version; nothing else in an event looks so. */
        static final String VERSION = "7777777777";

        private final byte[] bytes;
        private final int at;

        FeedEvent(byte[] bytes) {
            this.bytes = bytes;
            at = new String(bytes, StandardCharsets.ISO_8859_1).indexOf(VERSION);
        }

        static FeedEvent json(String type, String object) {
            return new FeedEvent(
                    ("{\"type\":\"" + type + "\",\"object\":" + object + "}\n").getBytes(StandardCharsets.UTF_8));
        }

        void send(OutputStream out, long version) throws IOException {
            long rest = version;
            for (int i = VERSION.length() - 1; i > 0; i--) {
                bytes[at + i] = (byte) ('0' + rest % 10);
                rest = rest / 10;
            }
            bytes[at] = '1';
            out.write(bytes);
        }
    }
}
