package io.kusionstack.operating.host.collaset;

import io.kusionstack.operating.host.plan.PodRecord;
import io.kusionstack.operating.host.plan.Wait;

/** A Pod that has waited for long. */
record LingeringPod(PodRecord pod, Wait why) {}
