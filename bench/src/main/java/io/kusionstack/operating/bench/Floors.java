package io.kusionstack.operating.bench;

/**
 * The same update by a client that decides nothing, on the same cluster and nodes.
 *
 * @param plain of Pods as anybody makes them: the API server tracks who wrote which field
 * @param lean of Pods whose field tracking was cleared before, as the host does with its first patch of a Pod
 */
record Floors(Run plain, Run lean) {}
