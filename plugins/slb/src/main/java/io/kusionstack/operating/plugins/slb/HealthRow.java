package io.kusionstack.operating.plugins.slb;

/** What one listener's health check says of one backend. */
record HealthRow(int listener, Address address, String status) {
    boolean isNormal() {
        return status.equals("normal");
    }
}
