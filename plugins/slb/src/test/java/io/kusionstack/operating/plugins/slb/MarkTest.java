package io.kusionstack.operating.plugins.slb;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class MarkTest {
    private static final String UID = "0b7d5f5e-2a55-4d0e-9a43-6a1e7a3f1c11";
    private static final String LONG = "a-service-with-a-long-name/and-a-namespace-with-a-long-name";

    @Test
    void namesPortServiceNamespaceAndPod() {
        assertThat(Mark.of(80, "web/shop").on(UID)).isEqualTo("kuso/80/web/shop/" + UID);
    }

    @Test
    void hashesWhatIsTooLong() {
        String description = Mark.of(65_535, LONG).on(UID);

        assertThat(description).hasSizeLessThanOrEqualTo(80).matches("kuso/65535/[0-9a-f]{20}/" + UID);
        assertThat(Mark.of(65_535, LONG + "er").on(UID)).isNotEqualTo(description);
    }

    @Test
    void knowsItsOwnAndNoOther() {
        Mark mark = Mark.of(80, "web/shop");

        assertThat(mark.isOn(described("kuso/80/web/shop/" + UID))).isTrue();
        assertThat(mark.uid(described("kuso/80/web/shop/" + UID))).isEqualTo(UID);
        assertThat(mark.isOn(described("kuso/80/web/shop2/" + UID))).isFalse();
        assertThat(mark.isOn(described("kuso/443/web/shop/" + UID))).isFalse();
        assertThat(mark.isOn(described("k8s/80/web/shop/c1"))).isFalse();
        assertThat(mark.isOn(described(""))).isFalse();
    }

    private static Server described(String description) {
        return new Server("eni-1", "10.0.0.1", 80, 100, "eni", description);
    }
}
