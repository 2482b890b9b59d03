package io.kusionstack.operating.host.plan;

import java.time.Instant;
import java.util.Optional;

/** The doing: the only way to write to the cluster. */
public interface Actuator {
    /**
     * Carries out a plan. Edits of Pods are handed to the write lanes of their Pods and not waited for; all else happens
     * in order and is awaited, Pods being created beside each other. When a CreateObject, PatchObject, PatchStatus or
     * DeleteObject fails, the actions after it are left out, status and events excepted: they might rely on that write.
     *
     * <p>Blocks for as long as the API server takes; call it on a virtual thread. Never throws because of what the API
     * server answers.
     */
    Applied apply(Plan plan);

    /** Why the last write of this Pod did not get through, if that lasts; a refusal for the content as long as the Pod stays as it is. */
    Optional<Refusal> refusal(PodRecord pod);

    /** When the first of the writes of this Pod that users are told of is tried again; empty if none waits for its next try. */
    Optional<Instant> nextTry(PodRecord pod);

    /** Why the status of this object is not written, as long as that is so. */
    Optional<StatusRefusal> statusRefusal(ObjectRef object);
}
