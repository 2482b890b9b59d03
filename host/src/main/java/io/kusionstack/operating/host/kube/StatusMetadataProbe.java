package io.kusionstack.operating.host.kube;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.kusionstack.operating.host.plan.PodRecord;
import java.io.IOException;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Does this API server take labels together with a status? Asked once, by a dry run on the first Pod there is; until an
 * answer came, the cautious one holds. Any thread; the first call blocks.
 */
final class StatusMetadataProbe {
    private static final Logger LOG = LoggerFactory.getLogger(StatusMetadataProbe.class);
    private static final String LABEL = "operating.kusionstack.io/probe";

    private final ApiClient client;
    private final PodCache cache;
    private final PodParser parser;
    private volatile Known known = Known.NOT_YET;

    private enum Known {
        NOT_YET,
        TRAVELS,
        STAYS
    }

    StatusMetadataProbe(ApiClient client, PodCache cache, PodParser parser) {
        this.client = client;
        this.cache = cache;
        this.parser = parser;
    }

    boolean metadataTravels() {
        if (known == Known.NOT_YET) {
            cache.any().flatMap(this::ask).ifPresent(this::note);
        }
        return known == Known.TRAVELS;
    }

    private void note(boolean travels) {
        known = travels ? Known.TRAVELS : Known.STAYS;
        if (!travels) {
            LOG.atWarn().log("This API server takes no labels together with a Pod's status: two writes each");
        }
    }

    private Optional<Boolean> ask(PodRecord pod) {
        ObjectNode body = JsonNodeFactory.instance.objectNode();
        body.putObject("metadata").put("uid", pod.uid()).putObject("labels").put(LABEL, "true");
        try {
            Answer said = client.patch(PodPatch.path(pod) + "/status?dryRun=All", ApiClient.STRATEGIC, body.toString());
            return said.isSuccess() ? Optional.of(parser.parse(said.body()).hasLabel(LABEL)) : Optional.empty();
        } catch (IOException e) {
            return Optional.empty();
        }
    }
}
