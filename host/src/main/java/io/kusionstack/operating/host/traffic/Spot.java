package io.kusionstack.operating.host.traffic;

import io.kusionstack.operating.plugin.traffic.Backend;

/** One address at a place: there is at most one backend on it, whosever it is. */
record Spot(String ip, int port) implements Comparable<Spot> {
    static Spot of(Backend backend) {
        return new Spot(backend.ip(), backend.port());
    }

    @Override
    public int compareTo(Spot other) {
        int byIp = ip.compareTo(other.ip);
        return byIp == 0 ? Integer.compare(port, other.port) : byIp;
    }

    @Override
    public String toString() {
        return (ip.contains(":") ? "[" + ip + "]" : ip) + ":" + port;
    }
}
