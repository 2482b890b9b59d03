package io.kusionstack.operating.testbed.slb;

/**
 * One server behind a group.
 *
 * @param serverId an instance, or the elastic network interface for type {@code eni}
 * @param serverIp which address of the interface; empty for type {@code ecs}
 * @param weight 0 to 100; 0 takes no new requests
 * @param type {@code ecs}, {@code eni} or {@code eci}
 * @param description free text by which owners know their own; may be empty
 */
public record SlbBackend(String serverId, String serverIp, int port, int weight, String type, String description) {
    /** An address of a network interface. */
    public static SlbBackend eni(String serverId, String serverIp, int port, int weight, String description) {
        return new SlbBackend(serverId, serverIp, port, weight, "eni", description);
    }

    /** What makes it another backend; weight and description do not. */
    Key key() {
        return new Key(serverId, type.equals("ecs") ? "" : serverIp, port);
    }

    record Key(String serverId, String serverIp, int port) {}
}
