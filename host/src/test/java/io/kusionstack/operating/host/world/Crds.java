package io.kusionstack.operating.host.world;

import io.kusionstack.operating.testbed.api.KubeApi;
import io.kusionstack.operating.testbed.operator.Definitions;
import java.nio.file.Path;

/** The CustomResourceDefinitions of deploy/crds on a real API server. */
public final class Crds {
    public static final Definitions OF_THIS_PROJECT = Definitions.of(Path.of("..", "deploy", "crds"));

    private Crds() {}

    /** Installs what is not there yet; returns when objects of all kinds can be created. */
    public static void install(KubeApi api) {
        OF_THIS_PROJECT.install(api);
    }
}
