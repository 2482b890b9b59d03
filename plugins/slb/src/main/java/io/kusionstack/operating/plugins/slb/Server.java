package io.kusionstack.operating.plugins.slb;

/**
 * A backend of a vserver group.
 *
 * @param id the network interface; an instance for other types
 * @param ip empty for a type without one
 * @param type {@code eni} for Pods
 */
record Server(String id, String ip, int port, int weight, String type, String description) {
    static final String ENI = "eni";

    Server withWeight(int other) {
        return new Server(id, ip, port, other, type, description);
    }

    Server withId(String other) {
        return new Server(other, ip, port, weight, type, description);
    }

    /** Whether nothing that can be set differs. */
    boolean isLike(Server other) {
        return weight == other.weight && description.equals(other.description);
    }

    boolean isAt(Address address) {
        return ip.equals(address.ip()) && port == address.port();
    }

    Address address() {
        return new Address(ip, port);
    }
}
