package io.kusionstack.operating.host.plan;

import java.util.Optional;

/** The port through which rooms learn whether the kubelet of a node follows. Any thread; never blocks. */
@FunctionalInterface
public interface Nodes {
    /**
     * Why nothing new may be sent to a Pod of this node.
     *
     * @return present only if the node is known and not Ready
     */
    Optional<Wait> unreachable(String node);

    /** Every kubelet follows: for hosts that may not read nodes. */
    static Nodes reachable() {
        return node -> Optional.empty();
    }
}
