package io.kusionstack.operating.testbed.controlplane;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.util.concurrent.ThreadLocalRandom;

/**
 * The loopback ports of one instance.
 *
 * @param etcd where etcd serves the API server
 * @param etcdPeer where etcd would serve other members
 * @param apiServer where everybody reaches the API server
 * @param controllerManager where the controller manager shows its health
 * @param scheduler where the scheduler shows its health
 */
record Ports(int etcd, int etcdPeer, int apiServer, int controllerManager, int scheduler) {
    /** Below the range from which systems take the ports of outgoing connections. */
    private static final int FIRST = 20_000;

    private static final int END = 32_000;

    /** Five ports that are free now; who else takes one before its program does makes the start fail and try others. */
    static Ports free() {
        return withApiServer(freePort());
    }

    /** Like {@link #free()}, with the API server's port given. */
    static Ports withApiServer(int apiServer) {
        return new Ports(freePort(), freePort(), apiServer, freePort(), freePort());
    }

    static boolean isFree(int port) {
        try (ServerSocket socket = new ServerSocket()) {
            socket.setReuseAddress(true);
            socket.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
            return true;
        } catch (IOException taken) {
            return false;
        }
    }

    /** Whether something listens there. */
    static boolean isTaken(int port) {
        return !isFree(port);
    }

    private static int freePort() {
        for (int attempt = 0; attempt < 1_000; attempt++) {
            int port = ThreadLocalRandom.current().nextInt(FIRST, END);
            if (isFree(port)) {
                return port;
            }
        }
        throw new ControlPlaneException(
                "No free loopback port between " + FIRST + " and " + END + ": end what listens there.");
    }
}
