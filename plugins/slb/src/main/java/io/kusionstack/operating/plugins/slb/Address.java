package io.kusionstack.operating.plugins.slb;

/** Where a Pod's port is reached. Maps are keyed by its text (decision 0013). */
record Address(String ip, int port) {
    @Override
    public String toString() {
        return ip + ":" + port;
    }
}
