package io.kusionstack.operating.host.traffic;

import io.kusionstack.operating.plugin.traffic.Backend;
import java.util.Comparator;

/** One address at a place: there is at most one backend on it, whosever it is. */
record Spot(String ip, int port) implements Comparable<Spot> {
    private static final Comparator<Spot> ORDER = Comparator.comparing(Spot::ip).thenComparingInt(Spot::port);

    static Spot of(Backend backend) {
        return new Spot(backend.ip(), backend.port());
    }

    @Override
    public int compareTo(Spot other) {
        return ORDER.compare(this, other);
    }

    @Override
    public String toString() {
        return (ip.contains(":") ? "[" + ip + "]" : ip) + ":" + port;
    }
}
