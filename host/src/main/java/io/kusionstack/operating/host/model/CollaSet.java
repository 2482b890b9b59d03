package io.kusionstack.operating.host.model;

import io.fabric8.crd.generator.annotation.AdditionalPrinterColumn;
import io.fabric8.crd.generator.annotation.AdditionalPrinterColumn.Type;
import io.fabric8.kubernetes.api.model.Namespaced;
import io.fabric8.kubernetes.client.CustomResource;
import io.fabric8.kubernetes.model.annotation.Group;
import io.fabric8.kubernetes.model.annotation.Plural;
import io.fabric8.kubernetes.model.annotation.ShortNames;
import io.fabric8.kubernetes.model.annotation.Singular;
import io.fabric8.kubernetes.model.annotation.Version;

/**
 * A set of Pods with identities, updated in place where that is possible. Read as a whole, never written as a whole: a
 * write is a patch, so that no field unknown here is lost.
 */
@Group(Names.GROUP)
@Version(Names.VERSION)
@Plural("collasets")
@Singular("collaset")
@ShortNames("cls")
@AdditionalPrinterColumn(name = "DESIRED", type = Type.INTEGER, jsonPath = ".spec.replicas")
@AdditionalPrinterColumn(name = "CURRENT", type = Type.INTEGER, jsonPath = ".status.replicas")
@AdditionalPrinterColumn(name = "AVAILABLE", type = Type.INTEGER, jsonPath = ".status.availableReplicas")
@AdditionalPrinterColumn(name = "UPDATED", type = Type.INTEGER, jsonPath = ".status.updatedReplicas")
@AdditionalPrinterColumn(name = "UPDATED_READY", type = Type.INTEGER, jsonPath = ".status.updatedReadyReplicas")
@AdditionalPrinterColumn(name = "UPDATED_AVAILABLE", type = Type.INTEGER, jsonPath = ".status.updatedAvailableReplicas")
@AdditionalPrinterColumn(name = "CURRENT_REVISION", type = Type.STRING, jsonPath = ".status.currentRevision")
@AdditionalPrinterColumn(name = "UPDATED_REVISION", type = Type.STRING, jsonPath = ".status.updatedRevision")
@AdditionalPrinterColumn(name = "AGE", type = Type.DATE, jsonPath = ".metadata.creationTimestamp")
public final class CollaSet extends CustomResource<CollaSetSpec, CollaSetStatus> implements Namespaced {
    private static final long serialVersionUID = 1L;

    @Override
    protected CollaSetSpec initSpec() {
        return CollaSetSpec.EMPTY;
    }

    @Override
    protected CollaSetStatus initStatus() {
        return CollaSetStatus.EMPTY;
    }
}
