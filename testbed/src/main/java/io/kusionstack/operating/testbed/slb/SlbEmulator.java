package io.kusionstack.operating.testbed.slb;

import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/**
 * A running load balancer service. Reached by the vendor's SDK at {@link #endpoint} over plain HTTP; set up and looked at by
 * these methods, which any thread may call.
 *
 * <pre>{@code
 * try (SlbEmulator slb = SlbEmulator.start(SlbOptions.standard(nodes::wasServing))) {
 *     slb.addLoadBalancer("lb-1");
 *     slb.addGroup("lb-1", "rsp-1", List.of(new SlbListener(80, "tcp", true)));
 *     ... // the operator runs against slb.endpoint()
 *     Map<SlbBackend, Integer> weights = slb.weights("rsp-1"); // whom a request would have met just now
 * }
 * }</pre>
 */
public final class SlbEmulator implements AutoCloseable {
    private final SlbOptions options;
    private final Balancers balancers;
    private final SlbFaults faults = new SlbFaults();
    private final SlbJournal journal = new SlbJournal();
    private final Gateway gateway;
    private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
    private final InetSocketAddress address;
    private HttpServer server;
    private boolean down;

    private SlbEmulator(SlbOptions options) throws IOException {
        this.options = options;
        this.balancers = new Balancers(options);
        this.gateway = new Gateway(options, balancers, faults, journal);
        this.server = listen(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
        this.address = server.getAddress();
    }

    /** Starts on a free port of the loopback interface, with no load balancer. */
    public static SlbEmulator start(SlbOptions options) {
        // Without it each answer waits 40 ms for an acknowledgement; read once, when the first server of a process
        // starts.
        System.setProperty("sun.net.httpserver.nodelay", "true");
        try {
            return new SlbEmulator(options);
        } catch (IOException e) {
            throw new UncheckedIOException("the load balancer emulator found no free port", e);
        }
    }

    /** Host and port, as clients want it; the same for as long as the emulator lives. */
    public String endpoint() {
        return address.getAddress().getHostAddress() + ":" + address.getPort();
    }

    public SlbOptions options() {
        return options;
    }

    public void addLoadBalancer(String id) {
        balancers.addLoadBalancer(id);
    }

    /** The load balancer is gone with its groups, as if somebody had deleted it in the console. */
    public void removeLoadBalancer(String id) {
        balancers.removeLoadBalancer(id);
    }

    /** Adds an empty vserver group; each listener is a port of the load balancer that forwards to it. */
    public void addGroup(String loadBalancer, String id, List<SlbListener> listeners) {
        balancers.addGroup(new ServerGroup(id, id, loadBalancer, listeners));
    }

    /** The group is gone, as if somebody had deleted it in the console. */
    public void removeGroup(String id) {
        balancers.removeGroup(id);
    }

    /** Sets a group's backends, as if somebody else had done it: at once, whatever windows are open. */
    public void overwrite(String group, List<SlbBackend> backends) {
        balancers.overwrite(known(group), backends);
    }

    /** From now on a server cannot be added ({@code ObtainIpFail}). */
    public void loseServer(String serverId) {
        balancers.loseServer(serverId);
    }

    public void restoreServer(String serverId) {
        balancers.restoreServer(serverId);
    }

    /** From now on writes keep others away for so long. */
    public void use(SlbWindows windows) {
        balancers.use(windows);
    }

    /** From now on this is what the account may do. */
    public void use(SlbLimits limits) {
        balancers.use(limits);
    }

    /** What goes wrong. */
    public SlbFaults faults() {
        return faults;
    }

    /** What was called. */
    public SlbJournal journal() {
        return journal;
    }

    /** A group's backends as reads show them now, whether they take requests or not. */
    public List<SlbBackend> backends(String group) {
        return balancers.backends(known(group));
    }

    /** Whom a request to the group would meet now, with its weight; nobody where it is empty. */
    public Map<SlbBackend, Integer> weights(String group) {
        return weights(group, options.clock().instant());
    }

    /** Whom a request to the group would have met at that instant. */
    public Map<SlbBackend, Integer> weights(String group, Instant at) {
        return balancers.weights(known(group), at);
    }

    /** What the group's backends became, oldest first; the last 10,000 changes. */
    public List<SlbChange> history(String group) {
        return balancers.history(known(group));
    }

    /** From now on nobody listens: connections are refused. What was set up stays. */
    public synchronized void goDown() {
        if (!down) {
            down = true;
            faults.clear();
            server.stop(0);
        }
    }

    /** Listens again, at the same endpoint. */
    public synchronized void comeBack() {
        if (down) {
            try {
                server = listen(address);
                down = false;
            } catch (IOException e) {
                throw new UncheckedIOException("port " + address.getPort() + " was taken meanwhile", e);
            }
        }
    }

    /** Ends it; calls that are under way break. */
    @Override
    public synchronized void close() {
        goDown();
        threads.shutdownNow();
    }

    private HttpServer listen(InetSocketAddress where) throws IOException {
        HttpServer listening = HttpServer.create(where, 0);
        listening.createContext("/", gateway);
        listening.setExecutor(threads);
        listening.start();
        return listening;
    }

    private ServerGroup known(String group) {
        try {
            return balancers.group(group);
        } catch (SlbRefusal e) {
            throw new IllegalArgumentException("there is no group " + group, e);
        }
    }
}
