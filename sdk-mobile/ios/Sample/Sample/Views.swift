import Flaneur
import Offerkit
import SwiftUI

/// One switch for each purpose; nothing is on before.
struct OptInView: View {
    @EnvironmentObject private var model: Model
    @State private var location = false
    @State private var push = false
    @State private var purchases = false
    @State private var mood = false

    var body: some View {
        NavigationView {
            Form {
                Section(footer: Text("You can change each of these at any time.")) {
                    Toggle("Where I am", isOn: $location)
                    Toggle("Offers that come by themselves", isOn: $push)
                    Toggle("What I buy here", isOn: $purchases)
                    Toggle("How I say I feel, to keep things quiet", isOn: $mood)
                }
                Button("Begin") { Task { await model.optIn(location: location, purchases: purchases, push: push, mood: mood) } }
                    .disabled(!(location || push || purchases || mood))
            }
            .navigationTitle("Flaneur")
        }
    }
}

struct HomeView: View {
    @EnvironmentObject private var model: Model
    @State private var sure = false

    var body: some View {
        NavigationView {
            List {
                Section("Offers near me") {
                    if model.offers.isEmpty { Text("Nothing right now.").foregroundColor(.secondary) }
                    ForEach(model.offers) { offer in OfferRow(offer: offer) }
                }
                Section("How do you feel?") {
                    HStack {
                        ForEach([("😀", 0.8, 0.4), ("😌", 0.6, -0.5), ("😐", 0.0, 0.0), ("😟", -0.5, 0.5), ("😢", -0.7, -0.3)], id: \.0) { face in
                            Button(face.0) { Task { await model.feel(face.1, face.2) } }.buttonStyle(.borderless).font(.title).frame(maxWidth: .infinity)
                        }
                    }
                }
                Section("What I allow") {
                    permission("Where I am", FLOfferkitPurposeLocation)
                    permission("Offers that come by themselves", FLOfferkitPurposePush)
                    permission("What I buy here", FLOfferkitPurposePurchases)
                    if model.allowed.contains(FLOfferkitPurposeMood) { // to allow it needs its notices
                        permission("How I say I feel, to keep things quiet", FLOfferkitPurposeMood)
                    }
                }
                Section("My data") {
                    Button("Show everything") { Task { await model.showData() } }
                    Button("Forget me", role: .destructive) { sure = true }
                }
            }
            .refreshable { await model.refresh() }
            .task { await model.look() }
            .navigationTitle("Flaneur")
            .toolbar { Text(model.state).font(.caption).foregroundColor(.secondary) }
            .confirmationDialog("Forget everything about me, on the server and here?", isPresented: $sure, titleVisibility: .visible) {
                Button("Forget me", role: .destructive) { Task { await model.erase() } }
            }
            .sheet(item: Binding(get: { model.reservation.map(Shown.init) }, set: { _ in model.reservation = nil })) { ReservationView(redemption: $0.redemption) }
            .sheet(item: Binding(get: { model.document.map(Document.init) }, set: { _ in model.document = nil })) { document in
                ScrollView { Text(document.text).font(.system(.footnote, design: .monospaced)).padding() }
            }
            .alert("That did not work", isPresented: Binding(get: { model.failure != nil }, set: { _ in model.failure = nil })) {} message: { Text(model.failure ?? "") }
        }
    }
}

extension HomeView {
    private func permission(_ title: LocalizedStringKey, _ purpose: String) -> some View {
        Toggle(title, isOn: Binding(get: { model.allowed.contains(purpose) }, set: { on in Task { await model.allow(purpose, on) } }))
    }
}

struct OfferRow: View {
    @EnvironmentObject private var model: Model
    let offer: Offer

    var body: some View {
        VStack(alignment: .leading, spacing: 4) {
            Text(offer.title).font(.headline)
            if !offer.label.isEmpty { Text(offer.label).font(.caption).foregroundColor(.secondary) }
            Text("\(offer.merchant), \(Int(offer.metres)) m").font(.subheadline)
            ForEach(offer.reasons.prefix(2), id: \.code) { Text("· " + $0.text).font(.footnote).foregroundColor(.secondary) }
            HStack {
                Button("Reserve") { Task { await model.reserve(offer) } }.buttonStyle(.borderedProminent)
                Menu("Not this") {
                    ForEach(offer.controls, id: \.action) { control in
                        Button(control.text) { Task { await model.tap(control, on: offer) } }
                    }
                }
            }
        }
        .padding(.vertical, 4)
    }
}

struct ReservationView: View {
    let redemption: Redemption

    var body: some View {
        VStack(spacing: 16) {
            if let qr = redemption.qr, let picture = UIImage(data: qr) {
                Image(uiImage: picture).interpolation(.none).resizable().scaledToFit().frame(maxWidth: 280).accessibilityLabel("QR code")
            }
            Text(redemption.code).font(.system(.title2, design: .monospaced))
            if let expires = redemption.expires { Text("until \(expires.formatted(date: .omitted, time: .shortened))") }
        }
        .padding()
    }
}

struct Shown: Identifiable {
    let redemption: Redemption
    var id: String { redemption.id }
}

struct Document: Identifiable {
    let text: String
    var id: Int { text.hashValue }
}
