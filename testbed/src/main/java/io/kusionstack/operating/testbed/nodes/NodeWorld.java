package io.kusionstack.operating.testbed.nodes;

/** What a Pod meets on its node: scripts, images, addresses. Implementations answer without blocking, on any thread. */
interface NodeWorld {
    /** An image as the runtime reports it: its first tag on that node, and the digest. */
    record Image(String name, String id) {}

    Cadence cadence();

    Timings timings(PodView pod, String image);

    boolean holdsImage(String node, String image);

    /** The image, held by the node from now on. */
    Image pulled(PodView pod, String image);

    String hostIp(String node);

    /** The Pod's own address, the same at every call. */
    String podIp(PodView pod);
}
