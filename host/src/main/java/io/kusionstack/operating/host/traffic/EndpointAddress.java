package io.kusionstack.operating.host.traffic;

import io.kusionstack.operating.plugin.traffic.Backend;

/** An ip:port on a load balancer; at most one backend is registered there. */
record EndpointAddress(String ip, int port) implements Comparable<EndpointAddress> {
    static EndpointAddress of(Backend backend) {
        return new EndpointAddress(backend.ip(), backend.port());
    }

    @Override
    public int compareTo(EndpointAddress other) {
        int byIp = ip.compareTo(other.ip);
        return byIp == 0 ? Integer.compare(port, other.port) : byIp;
    }

    @Override
    public String toString() {
        return (ip.contains(":") ? "[" + ip + "]" : ip) + ":" + port;
    }
}
