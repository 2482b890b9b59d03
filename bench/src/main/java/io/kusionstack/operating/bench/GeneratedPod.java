package io.kusionstack.operating.bench;

/**
 * Pods of about 10 KB of JSON as a watch sends them: two containers and a sidecar each, three entries of managed fields, in
 * sets of 100 on 250 nodes, half of them during an operation.
 */
final class GeneratedPod {
    private GeneratedPod() {}

    /** Its JSON on one line. @param version its resourceVersion */
    static String json(int i, String version) {
        int set = i / 100;
        String name = "web-" + set + "-" + Integer.toString(i + 60_000, 36) + "x";
        String lifecycle = i % 2 == 0 ? """
                "podopslifecycle.kusionstack.io/service-available":"1767225600%d",""".formatted(100_000_000 + i) : """
                "operating.podopslifecycle.kusionstack.io/collaset":"1767225600%1$d",
                "operation-type.podopslifecycle.kusionstack.io/collaset":"update",
                "pre-checked.podopslifecycle.kusionstack.io/collaset":"1767225600%1$d",
                "operation-permission.podopslifecycle.kusionstack.io/update":"1767225600%1$d",
                "preparing.podopslifecycle.kusionstack.io/collaset":"1767225600%1$d",""".formatted(100_000_000 + i);
        return TEMPLATE.replace("@NAME", name)
                .replace("@UID", "%08x-1111-4222-8333-%012x".formatted(i, i))
                .replace("@SET", "web-" + set)
                .replace("@OWNER", "%08x-9999-4222-8333-444455556666".formatted(set))
                .replace("@LIFECYCLE", lifecycle)
                .replace("@ID", Integer.toString(i % 100))
                .replace("@NODE", "node-" + i % 250)
                .replace("@IP", "10." + i / 62_500 + "." + i / 250 % 250 + "." + i % 250)
                .replace("@RV", version)
                .replace("@C1", "%064x".formatted(i + 1L))
                .replace("@C2", "%064x".formatted(i + 2L))
                .replace("@TIME", "2026-11-23T%02d:%02d:%02dZ".formatted(i / 3600 % 24, i / 60 % 60, i % 60))
                .replace("\n", "");
    }

    private static final String MANAGED =
            "{\"manager\":\"m\",\"operation\":\"Update\",\"apiVersion\":\"v1\",\"time\":\"@TIME\","
                    + "\"fieldsType\":\"FieldsV1\",\"fieldsV1\":{\"f:metadata\":{\"f:labels\":{"
                    + "\"f:some-long-key-of-a-label/with-a-name\":{},".repeat(30)
                    + "\"f:end\":{}}},\"f:spec\":{\"f:containers\":{\"k:{\\\"name\\\":\\\"main\\\"}\":{"
                    + "\"f:terminationMessagePath\":{},".repeat(20) + "\".\":{}}}}}}";

    private static final String TEMPLATE = """
            {"kind":"Pod","apiVersion":"v1","metadata":{"name":"@NAME","namespace":"shop","uid":"@UID","resourceVersion":"@RV",
            "generation":2,"creationTimestamp":"@TIME","labels":{@LIFECYCLE"app":"@SET","tier":"front","team":"shop",
            "collaset.kusionstack.io/instance-id":"@ID","controller-revision-hash":"@SET-5d9c7b8f6d","kusionstack.io/control":"true"},
            "annotations":{"kubectl.kubernetes.io/restartedAt":"@TIME","collaset.kusionstack.io/last-pod-status":"{\\"containerStates\\":{\\"main\\":{\\"latestImage\\":\\"registry.example/web:v2\\",\\"lastImageID\\":\\"sha256:bb\\",\\"lastContainerID\\":\\"containerd://@C2\\",\\"lastRestartCount\\":0}}}",
            "pod.kusionstack.io/available-conditions":"{\\"expectedFinalizers\\":{\\"Service/shop/web\\":\\"prot.podopslifecycle.kusionstack.io/0123456789\\"}}"},
            "ownerReferences":[{"apiVersion":"apps.kusionstack.io/v1alpha1","kind":"CollaSet","name":"@SET","uid":"@OWNER","controller":true,"blockOwnerDeletion":true}],
            "finalizers":["prot.podopslifecycle.kusionstack.io/0123456789"],
            "managedFields":[MANAGED,MANAGED,MANAGED]},
            "spec":{"volumes":[{"name":"data","persistentVolumeClaim":{"claimName":"@NAME-data"}},{"name":"token","projected":{"sources":[{"serviceAccountToken":{"expirationSeconds":3607,"path":"token"}}],"defaultMode":420}}],
            "initContainers":[{"name":"mesh","image":"registry.example/mesh:1.2","restartPolicy":"Always","resources":{"requests":{"cpu":"100m"}}}],
            "containers":[{"name":"main","image":"registry.example/web:v2","ports":[{"name":"http","containerPort":8080,"protocol":"TCP"}],
            "env":[{"name":"A","value":"1"},{"name":"B","value":"2"},{"name":"C","value":"3"},{"name":"D","value":"4"}],
            "readinessProbe":{"httpGet":{"path":"/ready","port":8080,"scheme":"HTTP"},"timeoutSeconds":1,"periodSeconds":1},
            "livenessProbe":{"httpGet":{"path":"/live","port":8080,"scheme":"HTTP"},"timeoutSeconds":1,"periodSeconds":10}},
            {"name":"side","image":"registry.example/side:1"}],
            "restartPolicy":"Always","nodeName":"@NODE","readinessGates":[{"conditionType":"pod.kusionstack.io/service-ready"}],
            "tolerations":[{"key":"node.kubernetes.io/not-ready","operator":"Exists","effect":"NoExecute","tolerationSeconds":300}]},
            "status":{"observedGeneration":2,"phase":"Running","conditions":[
            {"type":"pod.kusionstack.io/service-ready","status":"True","lastTransitionTime":"@TIME","message":"updated by PodOpsLifecycle"},
            {"type":"PodReadyToStartContainers","status":"True","lastTransitionTime":"@TIME"},
            {"type":"Initialized","status":"True","lastTransitionTime":"@TIME"},
            {"type":"Ready","status":"True","lastTransitionTime":"@TIME"},
            {"type":"ContainersReady","status":"True","lastTransitionTime":"@TIME"},
            {"type":"PodScheduled","status":"True","lastTransitionTime":"@TIME"}],
            "hostIP":"10.1.0.3","podIP":"@IP","podIPs":[{"ip":"@IP"}],"startTime":"@TIME",
            "initContainerStatuses":[{"name":"mesh","state":{"running":{"startedAt":"@TIME"}},"lastState":{},"ready":true,"restartCount":0,"image":"registry.example/mesh:1.2","imageID":"sha256:aa","containerID":"containerd://@C1","started":true}],
            "containerStatuses":[{"name":"main","state":{"running":{"startedAt":"@TIME"}},"lastState":{},"ready":true,"restartCount":1,"image":"registry.example/web:v2","imageID":"sha256:bb","containerID":"containerd://@C2","started":true},
            {"name":"side","state":{"running":{"startedAt":"@TIME"}},"lastState":{},"ready":true,"restartCount":0,"image":"registry.example/side:1","imageID":"sha256:cc","containerID":"containerd://@C1","started":true}],"qosClass":"Burstable"}}""".replace("MANAGED", MANAGED);
}
