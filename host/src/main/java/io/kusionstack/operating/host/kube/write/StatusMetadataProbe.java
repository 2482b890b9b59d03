package io.kusionstack.operating.host.kube.write;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.kusionstack.operating.host.kube.ApiClient;
import io.kusionstack.operating.host.kube.ApiResponse;
import io.kusionstack.operating.host.kube.cache.PodCache;
import io.kusionstack.operating.host.plan.PodRecord;
import java.io.IOException;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Does this API server take labels together with a status? Asked by a dry run on the first Pod there is, at most once a
 * minute until an answer came; until then the cautious one holds. Any thread; the first call blocks.
 */
final class StatusMetadataProbe {
    private static final Logger LOG = LoggerFactory.getLogger(StatusMetadataProbe.class);
    private static final long PATIENCE_NANOS = TimeUnit.MINUTES.toNanos(1);
    private static final String LABEL = "operating.kusionstack.io/probe";

    private final RequestSender sender;
    private final PodCache cache;
    private final ReentrantLock asking = new ReentrantLock();
    private long askedAt;
    private volatile ProbeResult known = ProbeResult.NOT_YET;

    private enum ProbeResult {
        NOT_YET,
        TRAVELS,
        STAYS
    }

    StatusMetadataProbe(RequestSender sender, PodCache cache) {
        this.sender = sender;
        this.cache = cache;
    }

    boolean metadataTravels() {
        if (known == ProbeResult.NOT_YET) {
            asking.lock();
            try {
                askIfDue();
            } finally {
                asking.unlock();
            }
        }
        return known == ProbeResult.TRAVELS;
    }

    /** Where the dry run itself is refused, for example by a webhook, asking before each write would double the writes. */
    private void askIfDue() {
        long now = System.nanoTime();
        if (known == ProbeResult.NOT_YET && (askedAt == 0 || now - askedAt > PATIENCE_NANOS)) {
            askedAt = now;
            cache.any().flatMap(this::ask).ifPresent(this::note);
        }
    }

    private void note(boolean travels) {
        known = travels ? ProbeResult.TRAVELS : ProbeResult.STAYS;
        if (!travels) {
            LOG.atWarn().log("This API server takes no labels together with a Pod's status: two writes each");
        }
    }

    private Optional<Boolean> ask(PodRecord pod) {
        ObjectNode body = JsonNodeFactory.instance.objectNode();
        body.putObject("metadata").put("uid", pod.uid()).putObject("labels").put(LABEL, "true");
        try {
            ApiResponse answer = sender.readInTurn(client ->
                    client.patch(PodPatch.path(pod) + "/status?dryRun=All", ApiClient.STRATEGIC, body.toString()));
            return answer.isSuccess() ? Optional.of(cache.parse(answer.body()).hasLabel(LABEL)) : Optional.empty();
        } catch (IOException e) {
            return Optional.empty();
        }
    }
}
