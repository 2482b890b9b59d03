package io.kusionstack.operating.plugin.traffic;

/**
 * One port of the employer.
 *
 * @param name empty where the Service names none
 * @param targetPort the number of the Pod's port; 0 where the Service names it and the Pods differ
 * @param protocol {@code TCP}, {@code UDP} or {@code SCTP}
 */
public record ServicePort(String name, int port, int targetPort, String protocol) {}
