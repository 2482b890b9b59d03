package io.kusionstack.operating.plugins.slb;

/** Where a Pod's port is reached. */
record Address(String ip, int port) {
    @Override
    public String toString() {
        return ip + ":" + port;
    }
}
