package io.kusionstack.operating.host;

import static org.assertj.core.api.Assertions.assertThat;

import io.kusionstack.operating.host.kube.Fate;
import io.kusionstack.operating.host.plan.Decision;
import io.kusionstack.operating.host.plan.PodAdmission;
import io.kusionstack.operating.host.plan.PodEdit;
import io.kusionstack.operating.host.plan.PodRecord;
import io.kusionstack.operating.host.world.Pods;
import io.kusionstack.operating.plugin.PodRef;
import io.kusionstack.operating.plugin.Stage;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SettlementsTest {
    private final PodRecord pod = Pods.pod("web-a").build();
    private final SettledEdits told = new SettledEdits();

    @ParameterizedTest
    @CsvSource({
        "DONE, WRITTEN",
        "CONFLICT, NOT_APPLIED",
        "BUSY, NOT_APPLIED",
        "FORBIDDEN, REFUSED",
        "FAILED, NOT_APPLIED",
        "REFUSED, REFUSED",
        "NOT_SENT, NOT_APPLIED",
        "UNKNOWN, UNKNOWN",
        "READ_AGAIN, READ_AGAIN",
    })
    void tellsTheRulesWhatBecameOfAnEdit(Fate fate, PodAdmission.Settlement settlement) {
        new Settlements(told).reported(pod, PodEdit.of(pod), fate);

        assertThat(told.settlements).containsExactly(settlement);
    }

    private static final class SettledEdits implements PodAdmission {
        private final List<Settlement> settlements = new ArrayList<>();

        @Override
        public Decision tryAdmit(PodRecord pod, String operation, Stage stage, Instant now) {
            return new Decision.Admitted();
        }

        @Override
        public void settled(PodRef pod, Settlement settlement) {
            settlements.add(settlement);
        }
    }
}
