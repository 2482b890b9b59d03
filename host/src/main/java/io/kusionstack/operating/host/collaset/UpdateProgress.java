package io.kusionstack.operating.host.collaset;

/**
 * The Pods in scope of an update.
 *
 * @param updated those on the newest revision
 * @param serving those on the newest revision and in service
 */
record UpdateProgress(int pods, int updated, int serving) {
    static final UpdateProgress NOBODY = new UpdateProgress(0, 0, 0);

    UpdateProgress with(SetPod setPod, boolean isUpdated) {
        boolean serves = isUpdated && setPod.pod().available();
        return new UpdateProgress(pods + 1, updated + (isUpdated ? 1 : 0), serving + (serves ? 1 : 0));
    }

    boolean isComplete() {
        return serving == pods;
    }
}
