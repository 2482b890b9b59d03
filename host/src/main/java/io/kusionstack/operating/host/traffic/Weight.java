package io.kusionstack.operating.host.traffic;

import io.kusionstack.operating.host.model.Names;
import io.kusionstack.operating.host.plan.Wait;
import java.util.Map;
import java.util.Optional;

/**
 * How much a Pod gets: by the annotation {@code weight} of the Pod, else of the Service, under the plugin's prefix.
 *
 * @param problem why the default counts although something else is written
 */
record Weight(int value, Optional<Wait> problem) {
    static final int DEFAULT = 100;

    static Weight of(ServicePod servicePod, ManagedService managedService, String plugin) {
        String key = plugin + "." + Names.TRAFFIC_DOMAIN + "/weight";
        Map<String, String> own = servicePod.pod().annotations();
        Map<String, String> common = managedService.employer().annotations();
        String written = own.getOrDefault(key, common.get(key));
        if (written == null) {
            return new Weight(DEFAULT, Optional.empty());
        }
        try {
            int value = Integer.parseInt(written.strip());
            if (value > 0) {
                return new Weight(value, Optional.empty());
            }
        } catch (NumberFormatException noNumber) {
            return wrong(own.containsKey(key) ? "the Pod" : managedService.name(), key, written);
        }
        return wrong(own.containsKey(key) ? "the Pod" : managedService.name(), key, written);
    }

    private static Weight wrong(String where, String key, String written) {
        return new Weight(DEFAULT, Optional.of(WaitMessages.wrongWeight(where + ", annotation " + key, written)));
    }
}
